"use client";
/** What the tenants' calls cost, by us and by the upstream's own figures, and what each tenant has left. Days are those of UTC. */
import type { OperatorUsage } from "@cogni/contract";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { usePathname, useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import { DataTable } from "../parts/data-table.tsx";
import page from "../parts/list-page.module.css";
import { LoadFailure } from "../parts/load-failure.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Panel } from "../parts/panel.tsx";
import { DEFAULT_SPAN, daysOf, SPANS, type Span, todayIn } from "../usage/span.ts";
import { SpanChoice } from "../usage/span-choice.tsx";
import usage from "../usage/usage.module.css";
import { UsageFigures } from "../usage/usage-figures.tsx";
import { USAGE_KEY } from "./keys.ts";
import { useFocusBack } from "./tenant-dialog.tsx";
import classes from "./usage.module.css";
import { useUsageColumns } from "./usage-columns.tsx";

const CreditDialog = dynamic(() => import("./credit-dialog.tsx").then((it) => it.CreditDialog), {
  ssr: false,
});

export type TenantUsage = OperatorUsage["tenants"][number];

const LOOK_AGAIN_MS = 15_000;

export function OperatorUsagePage() {
  const text = useTranslations("operator.usage");
  const here = usePathname();
  const wanted = useSearchParams().get("span");
  const span = SPANS.find((one) => one === wanted) ?? DEFAULT_SPAN;
  const days = daysOf(span, todayIn("UTC", new Date()));
  const { data, error, refetch } = useQuery({
    queryKey: [...USAGE_KEY, days],
    queryFn: ({ signal }) => api.operatorUsage({ ...days }, signal),
    placeholderData: (before) => before,
    refetchInterval: LOOK_AGAIN_MS,
  });
  const [about, setAbout] = useState<TenantUsage | null>(null);
  const { orTo, remember, giveBack } = useFocusBack<HTMLHeadingElement>();
  const columns = useUsageColumns((tenant) => {
    remember();
    setAbout(tenant);
  });
  const table = (
    <DataTable
      label={text("title")}
      columns={columns}
      rows={data?.tenants}
      keyOf={({ billingAccountId }) => billingAccountId}
    />
  );
  const hrefOf = (one: Span) => (one === DEFAULT_SPAN ? here : `${here}?span=${one}`);
  return (
    <div className={page.page}>
      <PageHead title={text("title")} lead={text("lead")} titleRef={orTo} />
      <SpanChoice span={span} hrefOf={hrefOf} zone="UTC" />
      <p role="status" className={error && data ? usage.stale : "unseen"}>
        {error && data && text("stale")}
      </p>
      {error && !data ? (
        <LoadFailure error={error} retry={() => void refetch()} skeleton={table} />
      ) : (
        <>
          <UsageFigures total={data?.total} />
          {data?.tenants.length === 0 ? (
            <Panel level={2} title={text("empty.title")} text={text("empty.text")} />
          ) : (
            <div className={classes.tenants}>{table}</div>
          )}
        </>
      )}
      {about && (
        <CreditDialog
          of={about}
          onClosed={() => {
            setAbout(null);
            giveBack();
          }}
        />
      )}
    </div>
  );
}
