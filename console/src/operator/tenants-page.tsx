"use client";
/** The tenants of the installation, by id: where each is, how many people it has and how its connections are. */
import type { TenantOverview } from "@cogni/contract";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { LoadFailure } from "../parts/load-failure.tsx";
import { Panel } from "../parts/panel.tsx";
import { TimeSince } from "../parts/time-ago.tsx";
import { ConnectionCounts } from "./connection-counts.tsx";
import { TENANTS_KEY } from "./keys.ts";
import { type Column, OperatorTable } from "./operator-table.tsx";
import page from "./page.module.css";
import classes from "./table.module.css";
import { TenantFilters } from "./tenant-filters.tsx";
import { useFilters } from "./use-filters.ts";

const NewTenant = dynamic(() => import("./new-tenant-dialog.tsx").then((module) => module.NewTenantDialog), {
  ssr: false,
});

export function TenantsPage() {
  const text = useTranslations("operator.tenants");
  const [filters, narrow] = useFilters();
  const [creating, setCreating] = useState(false);
  const list = useInfiniteQuery({
    queryKey: [...TENANTS_KEY, filters],
    queryFn: ({ pageParam: after, signal }) => api.operatorTenants({ ...filters, after }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    // What was found before stands until the next is there: nothing jumps while someone types.
    placeholderData: keepPreviousData,
  });
  const rows = list.data?.pages.flatMap(({ tenants }) => tenants);
  const narrowed = Object.values(filters).some(Boolean);
  const columns: Column<TenantOverview>[] = [
    {
      name: "tenant",
      title: text("tenant"),
      cell: ({ id, name }) => (
        <div className={classes.main}>
          <span>{name}</span>
          <span className={classes.soft}>{id}</span>
        </div>
      ),
    },
    { name: "status", title: text("status"), cell: ({ status }) => text(`statuses.${status}`) },
    {
      name: "gateway",
      title: text("gateway"),
      cell: ({ gateway }) => gateway ?? <span className={classes.soft}>{text("noGateway")}</span>,
    },
    { name: "members", title: text("members"), number: true, cell: ({ members }) => members },
    {
      name: "connections",
      title: text("connections"),
      cell: ({ connections }) => <ConnectionCounts counts={connections} />,
    },
    { name: "created", title: text("created"), cell: ({ createdAt }) => <TimeSince at={createdAt} /> },
  ];
  const table = <OperatorTable label={text("title")} columns={columns} rows={rows} keyOf={({ id }) => id} />;

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
      <div className={page.head}>
        <div>
          <h1>{text("title")}</h1>
          <p>{text("lead")}</p>
        </div>
        <Button variant="filled" onClick={() => setCreating(true)}>
          {text("create.open")}
        </Button>
      </div>
      <TenantFilters filters={filters} narrow={narrow} />
      {body()}
      {list.hasNextPage && (
        <div className={page.more}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {text("more")}
          </Button>
        </div>
      )}
      {creating && <NewTenant onClosed={() => setCreating(false)} />}
    </div>
  );
}
