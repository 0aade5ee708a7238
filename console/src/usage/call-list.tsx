"use client";
/** The calls, the latest first: narrowed by the address, each in a panel with an address of its own. */
import type { UsageCalls } from "@cogni/contract";
import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Button } from "../parts/button.tsx";
import { DataTable } from "../parts/data-table.tsx";
import page from "../parts/list-page.module.css";
import { LoadFailure } from "../parts/load-failure.tsx";
import { Panel } from "../parts/panel.tsx";
import { useCallColumns } from "./call-columns.tsx";
import { CallFilterRow } from "./call-filters.tsx";
import type { Days } from "./span.ts";
import classes from "./usage.module.css";
import type { UsageView } from "./use-usage-view.ts";

interface CallListProps {
  calls: UseInfiniteQueryResult<InfiniteData<UsageCalls & { answers: string }>>;
  days: Days | null;
  view: UsageView;
}

export function CallList({ calls: { data, error, ...list }, days, view }: CallListProps) {
  const text = useTranslations("usage.list");
  const columns = useCallColumns(view);
  const rows = data?.pages.flatMap(({ calls }) => calls);
  const table = (
    <DataTable
      label={text("title")}
      columns={columns}
      rows={rows}
      answers={data?.pages[0]?.answers}
      keyOf={({ id }) => id}
      current={view.call?.id}
    />
  );
  return (
    <section className={classes.part} aria-labelledby="calls">
      <h2 id="calls">{text("title")}</h2>
      <CallFilterRow view={view} days={days} rows={rows} />
      {error && !rows ? (
        <LoadFailure error={error} retry={() => void list.refetch()} skeleton={table} />
      ) : rows?.length === 0 ? (
        <Panel level={2} title={text("noneFound.title")} text={text("noneFound.text")} />
      ) : (
        table
      )}
      {list.hasNextPage && (
        <div className={page.more}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {text("more")}
          </Button>
        </div>
      )}
    </section>
  );
}
