"use client";
/** The tenants of the installation, by id: where each is, how many people it has and how its connections are. */
import type { TenantOverview } from "@cogni/contract";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { DataTable } from "../parts/data-table.tsx";
import page from "../parts/list-page.module.css";
import { LoadFailure } from "../parts/load-failure.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Panel } from "../parts/panel.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { TENANTS_KEY } from "./keys.ts";
import { useTenantColumns } from "./tenant-columns.tsx";
import { type Asked, TenantDialog, useFocusBack } from "./tenant-dialog.tsx";
import { TenantFilters } from "./tenant-filters.tsx";
import type { TenantAction } from "./tenant-menu.tsx";
import { useFilters } from "./use-filters.ts";
import { useTenantAct } from "./use-tenant-act.ts";

const NewTenant = dynamic(() => import("./new-tenant-dialog.tsx").then((module) => module.NewTenantDialog), {
  ssr: false,
});

export function TenantsPage() {
  const text = useTranslations("operator.tenants");
  const [filters, narrow] = useFilters();
  const [creating, setCreating] = useState(false);
  const list = useInfiniteQuery({
    queryKey: [...TENANTS_KEY, filters],
    queryFn: async ({ pageParam: after, signal }) => ({
      ...(await api.operatorTenants({ ...filters, after }, signal)),
      answers: JSON.stringify(filters),
    }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    // What was found before stands until the next is there: nothing jumps while someone types.
    placeholderData: keepPreviousData,
  });
  const resume = useTenantAct(api.resumeTenant);
  const [asked, setAsked] = useState<Asked | null>(null);
  /** The last one to which something is done, as it was before. */
  const [before, setBefore] = useState<TenantOverview | null>(null);
  const { orTo, remember, giveBack } = useFocusBack<HTMLHeadingElement>();

  function act(action: TenantAction, about: TenantOverview) {
    setBefore(about);
    resume.reset();
    if (action === "resume") return resume.mutate({ billingAccountId: about.id });
    remember();
    setAsked({ action, about });
  }

  const rows = list.data?.pages.flatMap(({ tenants }) => tenants);
  const now = rows?.find(({ id }) => id === before?.id);
  const narrowed = Object.values(filters).some(Boolean);
  const columns = useTenantColumns(act, resume.isPending ? resume.variables.billingAccountId : null);
  const table = (
    <DataTable
      label={text("title")}
      columns={columns}
      rows={rows}
      answers={list.data?.pages[0]?.answers}
      keyOf={({ id }) => id}
      noteOn={({ id }) =>
        resume.error &&
        resume.variables.billingAccountId === id && (
          <div role="alert">
            <ProblemNote failure={resume.error} />
          </div>
        )
      }
    />
  );

  function body() {
    if (list.error && !rows) {
      return <LoadFailure error={list.error} retry={() => void list.refetch()} skeleton={table} />;
    }
    if (rows?.length !== 0) return table;
    return (
      <Panel
        level={2}
        title={text(narrowed ? "noneFound.title" : "empty.title")}
        text={text(narrowed ? "noneFound.text" : "empty.text")}
      />
    );
  }

  return (
    <div className={page.page}>
      <PageHead title={text("title")} lead={text("lead")} titleRef={orTo}>
        <Button variant="filled" onClick={() => setCreating(true)}>
          {text("create.open")}
        </Button>
      </PageHead>
      <TenantFilters filters={filters} narrow={narrow} />
      {body()}
      <p role="status" className="unseen">
        {now &&
          now.status !== before?.status &&
          text("now", { name: now.name, status: text(`statuses.${now.status}`) })}
      </p>
      {list.hasNextPage && (
        <div className={page.more}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {text("more")}
          </Button>
        </div>
      )}
      {creating && <NewTenant onClosed={() => setCreating(false)} />}
      {asked && (
        <TenantDialog
          asked={asked}
          onClosed={() => {
            setAsked(null);
            giveBack();
          }}
        />
      )}
    </div>
  );
}
