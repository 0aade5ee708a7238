"use client";
/** The filters above the audit. What is chosen in an entry's panel stands beside them, and is taken back there. */
import { IconX } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { Button } from "../parts/button.tsx";
import page from "../parts/list-page.module.css";
import { useAuditWords } from "./audit-words.ts";
import type { ToldEntry } from "./use-audit.ts";
import { type FilterName, KINDS, type Narrowing } from "./use-audit-filters.ts";

interface AuditFiltersProps {
  narrowing: Narrowing;
  actions: readonly string[];
  /** By which a person or a key that is chosen gets a name. */
  rows: readonly ToldEntry[] | undefined;
}

const DAYS = ["from", "to"] as const;

export function AuditFilters({ narrowing: { filters, narrow }, actions, rows }: AuditFiltersProps) {
  const text = useTranslations("audit");
  const words = useAuditWords();
  const { kind, action, actor, channel, outcome, requestId } = filters;
  const about = (name: FilterName): ToldEntry | undefined =>
    rows?.find((row) => (name === "actor" ? row.actor.id === actor : row.outcome === outcome));
  const chosen: [FilterName, string][] = [
    ["actor", about("actor") ? words.who(about("actor") as ToldEntry) : actor],
    ["channel", channel],
    ["outcome", about("outcome") ? words.outcome(about("outcome") as ToldEntry) : outcome],
    ["requestId", requestId],
  ];
  return (
    <search className={page.filters}>
      <select
        aria-label={text("filter.action")}
        value={action}
        onChange={({ target }) => narrow({ action: target.value })}
      >
        <option value="">{text("filter.anyAction")}</option>
        {(action === "" || actions.includes(action) ? actions : [...actions, action]).map((one) => (
          <option key={one} value={one}>
            {words.action(one)}
          </option>
        ))}
      </select>
      <select
        aria-label={text("filter.kind")}
        value={kind}
        onChange={({ target }) => narrow({ kind: target.value })}
      >
        <option value="">{text("filter.anyKind")}</option>
        {KINDS.map((one) => (
          <option key={one} value={one}>
            {text(`filter.kinds.${one}`)}
          </option>
        ))}
      </select>
      {DAYS.map((name) => (
        <label key={name} className={page.labelled}>
          <span>{text(`filter.${name}`)}</span>
          <input
            type="date"
            value={filters[name]}
            onChange={({ target }) => narrow({ [name]: target.value })}
          />
        </label>
      ))}
      {chosen
        .filter(([name]) => filters[name] !== "")
        .map(([name, value]) => (
          <Button
            key={name}
            aria-label={text("filter.onlyLabel", { value })}
            onClick={() => narrow({ [name]: "" })}
          >
            {text("filter.only", { value })}
            <IconX size={14} stroke={1.75} aria-hidden="true" />
          </Button>
        ))}
    </search>
  );
}
