"use client";
/** What the list says of each call. */
import type { UsageCall } from "@cogni/contract";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Amount } from "../parts/amount.tsx";
import table from "../parts/data-table.module.css";
import type { Column } from "../parts/data-table.tsx";
import classes from "./usage.module.css";
import { toneOf, useUsageWords } from "./usage-words.ts";
import type { UsageView } from "./use-usage-view.ts";

export function useCallColumns({ callHref }: UsageView): Column<UsageCall>[] {
  const text = useTranslations("usage.list");
  const words = useUsageWords();
  return [
    {
      name: "call",
      title: text("column.call"),
      cell: (call) => (
        <div className={table.main}>
          <Link
            href={callHref(call)}
            scroll={false}
            prefetch={false}
            className={table.opens}
            data-call={call.id}
          >
            {words.when(call)}
          </Link>
          <span className={table.soft}>{words.channel(call.channel)}</span>
        </div>
      ),
    },
    {
      name: "model",
      title: text("column.model"),
      cell: ({ model, answeredBy }) => (
        <div className={table.main}>
          <span className={classes.model}>{model}</span>
          {answeredBy !== null && answeredBy !== model && (
            <span className={table.soft}>{text("answeredBy", { model: answeredBy })}</span>
          )}
        </div>
      ),
    },
    {
      name: "outcome",
      title: text("column.outcome"),
      cell: (call) => (
        <div className={table.main}>
          <span className={classes.outcome} data-tone={toneOf(call)}>
            {words.outcome(call)}
          </span>
          <span className={table.soft}>
            {[call.reply === null ? null : words.reply(call), words.latency(call.latencyMs)]
              .filter((part) => part !== null)
              .join(" · ")}
          </span>
        </div>
      ),
    },
    {
      name: "tokens",
      title: text("column.tokens"),
      number: true,
      cell: ({ promptTokens, cachedTokens, completionTokens, reasoningTokens }) => (
        <div className={table.main}>
          {promptTokens + completionTokens > 0 ? (
            <span>{text("tokens", { prompt: promptTokens, completion: completionTokens })}</span>
          ) : (
            <span aria-hidden="true">–</span>
          )}
          {cachedTokens + reasoningTokens > 0 && (
            <span className={table.soft}>
              {[
                cachedTokens > 0 && text("cached", { count: cachedTokens }),
                reasoningTokens > 0 && text("reasoning", { count: reasoningTokens }),
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
          )}
        </div>
      ),
    },
    {
      name: "cost",
      title: text("column.cost"),
      number: true,
      cell: (call) => (
        <div className={table.main}>
          <span>
            <Amount nano={call.cost} />
          </span>
          {words.marks(call).map((mark) => (
            <span key={mark} className={table.soft}>
              {mark}
            </span>
          ))}
        </div>
      ),
    },
  ];
}
