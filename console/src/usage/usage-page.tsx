"use client";
/** What the tenant's agent used: in figures, by day, by what it was for, and call by call; and how far its budgets are used. */
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { useLimits } from "../limits/use-limits.ts";
import { ExportMenu } from "../parts/export-menu.tsx";
import page from "../parts/list-page.module.css";
import { LoadFailure } from "../parts/load-failure.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Panel } from "../parts/panel.tsx";
import { BudgetMeters } from "./budget-meters.tsx";
import { CostChart } from "./cost-chart.tsx";
import { GroupTable } from "./group-table.tsx";
import { SpanChoice } from "./span-choice.tsx";
import classes from "./usage.module.css";
import { UsageFigures } from "./usage-figures.tsx";
import { fileQueryOf, useCalls, useDays, useReport } from "./use-usage.ts";
import { useUsageView } from "./use-usage-view.ts";

// Below what is first seen: no part of the first load.
const CallList = dynamic(() => import("./call-list.tsx").then((it) => it.CallList), { ssr: false });
const CallPanel = dynamic(() => import("./call-panel.tsx").then((it) => it.CallPanel), { ssr: false });

const FILES = ["calls", "days"] as const;

export function UsagePage() {
  const text = useTranslations("usage");
  const view = useUsageView();
  const days = useDays(view.span);
  const limits = useLimits();
  const byDay = useReport(days, "day", true);
  const groups = useReport(days, view.by, true);
  const calls = useCalls(days, view.filters);
  const parts = [byDay, groups, calls];
  const again = () => {
    for (const part of [...parts, limits]) void part.refetch();
  };

  function body() {
    const { data, error } = byDay;
    if (error && !data && calls.error && !calls.data) {
      if (error instanceof ApiError && error.status === 403)
        return <Panel level={2} title={text("forbidden.title")} text={text("forbidden.text")} />;
      return <LoadFailure error={error} retry={again} skeleton={null} />;
    }
    // Until it is known how high each part is, none is below another: nothing moves that is already read.
    const settled = (data || error) && (limits.data || limits.error);
    if (!settled) {
      return (
        <>
          <UsageFigures total={undefined} />
          <BudgetMeters limits={undefined} />
          <CostChart report={undefined} view={view} />
          <GroupTable report={undefined} view={view} />
        </>
      );
    }
    return (
      <>
        {data && <UsageFigures total={data.total} />}
        <BudgetMeters limits={limits.data} error={limits.error} retry={() => void limits.refetch()} />
        {data?.total.calls === 0 && !view.narrowed ? (
          <Panel level={2} title={text("empty.title")} text={text("empty.text")} />
        ) : (
          <>
            {data ? (
              <CostChart report={data} view={view} />
            ) : (
              error && <LoadFailure error={error} retry={() => void byDay.refetch()} skeleton={null} />
            )}
            <GroupTable
              report={groups.data}
              error={groups.error}
              retry={() => void groups.refetch()}
              view={view}
            />
            {(groups.data || groups.error) && <CallList calls={calls} days={days} view={view} />}
          </>
        )}
      </>
    );
  }

  const stale = [...parts, limits].some(({ data, error }) => data && error);
  return (
    <div className={page.page}>
      <PageHead title={text("title")} lead={text("lead")}>
        <ExportMenu
          label={text("export.label")}
          open={text("export.open")}
          busy={text("export.busy")}
          forms={FILES.map((name) => ({ name, text: text(`export.${name}`) }))}
          fetch={(of) => api.usageFile(fileQueryOf(of, days ?? { from: null, to: null }, view.filters))}
        />
      </PageHead>
      <SpanChoice span={view.span} hrefOf={view.spanHref} zone={byDay.data?.timeZone} />
      <p role="status" className={stale ? classes.stale : "unseen"}>
        {stale && text("stale")}
      </p>
      {body()}
      {view.call && <CallPanel call={view.call} view={view} />}
    </div>
  );
}
