"use client";
/** The same sums by channel, by model or by conversation, the dearest first. Each leads to its calls. */
import type { UsageReport } from "@cogni/contract";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Amount } from "../parts/amount.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import table from "../parts/data-table.module.css";
import { type Column, DataTable } from "../parts/data-table.tsx";
import { LoadFailure } from "../parts/load-failure.tsx";
import { Segments } from "../parts/segments.tsx";
import classes from "./usage.module.css";
import { shortHash } from "./usage-words.ts";
import { GROUPS, type UsageView } from "./use-usage-view.ts";

type Row = UsageReport["rows"][number];

interface GroupTableProps {
  /** Undefined while it is on its way. */
  report: UsageReport | undefined;
  error?: Error | null;
  retry?: () => void;
  view: UsageView;
}

export function GroupTable({ report, error = null, retry = () => undefined, view }: GroupTableProps) {
  const text = useTranslations("usage.groups");
  const columns = useColumns(view);
  const list = (
    <DataTable
      label={text("title")}
      columns={columns}
      rows={report?.rows}
      answers={view.by}
      keyOf={({ key }) => key ?? ""}
    />
  );
  return (
    <section className={classes.part} aria-labelledby="groups">
      <div className={classes.partHead}>
        <h2 id="groups">{text("title")}</h2>
        <Segments
          label={text("by")}
          options={GROUPS.map((value) => ({ value, text: text(value), href: view.groupHref(value) }))}
          value={view.by}
        />
      </div>
      {error && !report ? <LoadFailure error={error} retry={retry} skeleton={list} /> : list}
    </section>
  );
}

function useColumns({ by, filterHref }: UsageView): Column<Row>[] {
  const text = useTranslations("usage");
  const format = useFormatter();
  return [
    {
      name: "group",
      title: text(`groups.${by}`),
      cell: ({ key }) => {
        if (key === null) return <span className={table.soft}>{text(`groups.none.${by}`)}</span>;
        const link = (
          <Link href={filterHref({ [by]: key })} scroll={false} prefetch={false} className={classes.only}>
            {by === "conversation" ? shortHash(key) : key}
          </Link>
        );
        if (by !== "conversation") return link;
        return (
          <span className={classes.id}>
            {link}
            <CopyButton value={key} label={text("call.copyConversation")} />
          </span>
        );
      },
    },
    { name: "calls", title: text("groups.calls"), number: true, cell: ({ calls }) => format.number(calls) },
    {
      name: "tokens",
      title: text("groups.tokens"),
      number: true,
      cell: ({ promptTokens, completionTokens }) => format.number(promptTokens + completionTokens),
    },
    {
      name: "cost",
      title: text("groups.cost"),
      number: true,
      cell: ({ cost, estimated, unpriced, limited }) => {
        const marks = [
          estimated > 0 && text("groups.estimated", { count: estimated }),
          unpriced > 0 && text("groups.unpriced", { count: unpriced }),
          limited > 0 && text("groups.limited", { count: limited }),
        ].filter(Boolean);
        return (
          <div className={table.main}>
            <span>
              <Amount nano={cost} />
            </span>
            {marks.length > 0 && <span className={table.soft}>{marks.join(" · ")}</span>}
          </div>
        );
      },
    },
  ];
}
