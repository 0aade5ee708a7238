"use client";
/** What the list says of each entry. */
import Link from "next/link";
import { useTranslations } from "next-intl";
import table from "../parts/data-table.module.css";
import type { Column } from "../parts/data-table.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import classes from "./audit.module.css";
import { useAuditWords } from "./audit-words.ts";
import type { ToldEntry } from "./use-audit.ts";

export function useAuditColumns(hrefOf: (entry: number) => string): Column<ToldEntry>[] {
  const text = useTranslations("audit");
  const words = useAuditWords();
  return [
    {
      name: "what",
      title: text("column.what"),
      cell: (entry) => (
        <div className={table.main}>
          <Link
            href={hrefOf(entry.seq)}
            scroll={false}
            prefetch={false}
            className={table.opens}
            data-entry={entry.seq}
          >
            {words.action(entry.action)}
          </Link>
          <span className={table.soft}>
            {[entry.channel, words.subject(entry)].filter((part) => part !== null).join(" · ")}
          </span>
        </div>
      ),
    },
    { name: "who", title: text("column.who"), cell: (entry) => words.who(entry) },
    {
      name: "outcome",
      title: text("column.outcome"),
      cell: (entry) => (
        <span className={classes.outcome} data-failed={entry.problem !== null}>
          {words.outcome(entry)}
        </span>
      ),
    },
    {
      name: "from",
      title: text("column.from"),
      cell: ({ remoteAddress }) => (
        <span className={classes.mono}>{remoteAddress ?? <span aria-hidden="true">–</span>}</span>
      ),
    },
    { name: "when", title: text("column.when"), cell: ({ at }) => <TimeAgo at={at} /> },
  ];
}
