"use client";
/** The filters above the calls. What is chosen elsewhere on the page stands beside them, and is taken back there. */
import type { UsageCall, UsageReport } from "@cogni/contract";
import { IconX } from "@tabler/icons-react";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, useId } from "react";
import { Button } from "../parts/button.tsx";
import page from "../parts/list-page.module.css";
import { timeLocale } from "../parts/relative-time.ts";
import { type Days, dayName } from "./span.ts";
import classes from "./usage.module.css";
import { shortHash, useUsageWords } from "./usage-words.ts";
import { useReport } from "./use-usage.ts";
import { type FilterName, OUTCOMES, type UsageView } from "./use-usage-view.ts";

interface CallFilterRowProps {
  view: UsageView;
  days: Days | null;
  rows: readonly UsageCall[] | undefined;
}

export function CallFilterRow({ view: { filters, narrow }, days, rows = [] }: CallFilterRowProps) {
  const text = useTranslations("usage.filter");
  const words = useUsageWords();
  const id = useId();
  const locale = timeLocale(navigator.languages, useLocale());
  const channels = useReport(days, "channel", false).data;
  const models = useReport(days, "model", false).data;
  const { day, channel, model, conversation, outcome, requestId } = filters;
  const choice = (name: FilterName, value: string, options: readonly (readonly [string, string])[]) => (
    <select
      aria-label={text(name as "channel")}
      value={value}
      onChange={({ target }) => narrow({ [name]: target.value })}
    >
      <option value="">{text(`any.${name as "channel"}`)}</option>
      {options.map(([one, told]) => (
        <option key={one} value={one}>
          {told}
        </option>
      ))}
    </select>
  );
  const chosen: [FilterName, string][] = [
    ["day", day && dayName(day, locale)],
    ["conversation", conversation && text("theConversation", { id: shortHash(conversation) })],
  ];

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const typed = new FormData(event.currentTarget).get("requestId");
    if (typeof typed === "string") narrow({ requestId: typed.trim() });
  }

  return (
    <search className={`${page.filters} ${classes.filters}`}>
      {choice("channel", channel, same(known(channels, rows, "channel", channel)))}
      {choice("model", model, same(known(models, rows, "model", model)))}
      {choice(
        "outcome",
        outcome,
        OUTCOMES.map((one) => [one, words.outcome({ outcome: one, limit: null })] as const),
      )}
      <form onSubmit={submit}>
        <label htmlFor={id} className="unseen">
          {text("requestId")}
        </label>
        <input
          // What the address says now, whoever changed it.
          key={requestId}
          id={id}
          type="search"
          name="requestId"
          defaultValue={requestId}
          maxLength={128}
          placeholder={text("requestId")}
          autoComplete="off"
          spellCheck={false}
        />
      </form>
      {chosen
        .filter(([, value]) => value !== "")
        .map(([name, value]) => (
          <Button key={name} aria-label={text("onlyLabel", { value })} onClick={() => narrow({ [name]: "" })}>
            {text("only", { value })}
            <IconX size={14} stroke={1.75} aria-hidden="true" />
          </Button>
        ))}
    </search>
  );
}

/** Those that there are calls of in these days, and the one that is chosen, be it among them or not. */
function known(
  report: UsageReport | undefined,
  rows: readonly UsageCall[],
  name: "channel" | "model",
  chosen: string,
): string[] {
  const all = [...(report?.rows.map(({ key }) => key) ?? []), ...rows.map((row) => row[name]), chosen];
  return [...new Set(all.filter((one) => one !== null && one !== ""))].toSorted() as string[];
}

const same = (values: readonly string[]) => values.map((value) => [value, value] as const);
