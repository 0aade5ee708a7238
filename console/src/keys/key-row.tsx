"use client";
/** One key: how it is recognised, what it may do, when it was last used, who made it, and how long it lives. */
import type { ApiKey } from "@cogni/contract";
import { IconDots } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { Menu } from "../parts/menu.tsx";
import { Time, TimeAgo, TimeSince, useTimeWords } from "../parts/time-ago.tsx";
import { useNow } from "../parts/use-now.ts";
import table from "./key-table.module.css";
import { useScopeWords } from "./scope-words.ts";
import type { KeyAction } from "./use-keys.ts";

/** Soon enough to see to it. */
const SOON_MS = 7 * 86_400_000;

export function KeyRow({ of, open }: { of: ApiKey; open: (action: KeyAction) => void }) {
  const text = useTranslations("keys");
  const scopeWords = useScopeWords();
  const { name, prefix, scopes, lastUsedAt, createdAt } = of;
  return (
    <tr data-key={of.id}>
      <th scope="row">
        <span className={table.name}>{name}</span>
        <code>{prefix}…</code>
      </th>
      <td data-label={text("column.scopes")}>{scopeWords(scopes)}</td>
      <td data-label={text("column.used")} className={table.brief}>
        {lastUsedAt ? <TimeAgo at={lastUsedAt} /> : <span className={table.soft}>{text("unused")}</span>}
      </td>
      <td data-label={text("column.made")}>
        <TimeSince at={createdAt} />
        <Maker of={of} />
      </td>
      <td data-label={text("column.state")} className={table.brief}>
        <State of={of} />
      </td>
      <td className={table.actions}>
        <Menu
          label={text("more", { name })}
          items={[
            { name: "rotate", text: text("rotate.open"), onSelect: () => open("rotate") },
            { name: "revoke", text: text("revoke.open"), danger: true, onSelect: () => open("revoke") },
          ]}
        >
          <IconDots size={18} stroke={1.75} aria-hidden="true" />
        </Menu>
      </td>
    </tr>
  );
}

function Maker({ of: { createdBy } }: { of: ApiKey }) {
  const text = useTranslations("keys.maker");
  const words = !createdBy
    ? text("operator")
    : createdBy.name === null
      ? text("gone")
      : text(createdBy.kind, { name: createdBy.name });
  return <span className={table.soft}>{words}</span>;
}

function State({ of: { expiresAt } }: { of: ApiKey }) {
  const text = useTranslations("keys.state");
  const { until } = useTimeWords();
  const now = useNow();
  const soon = expiresAt !== null && Date.parse(expiresAt) - now.getTime() < SOON_MS;
  return (
    <>
      <span className={table.state} data-soon={soon}>
        {text(soon ? "soon" : "active")}
      </span>
      <span className={table.soft}>
        {expiresAt === null ? (
          text("noEnd")
        ) : (
          <Time at={expiresAt}>{text("ends", { time: until(expiresAt) })}</Time>
        )}
      </span>
    </>
  );
}
