"use client";
/** What the audit is narrowed to, and which entry is open. It stands in the address, so that it can be handed on and gone back to. */
import type { ActorKind } from "@cogni/contract";
import { usePathname, useRouter, useSearchParams } from "next/navigation";

/** As the contract has them, which is not loaded this early. */
export const KINDS = ["person", "key", "link", "system"] as const satisfies readonly ActorKind[];
const NAMES = ["kind", "actor", "action", "channel", "outcome", "requestId", "from", "to"] as const;
export type FilterName = (typeof NAMES)[number];
/** Empty: not narrowed by that. `from` and `to` are days, of which the last one counts, too. */
export type AuditFilters = Readonly<Record<FilterName, string>>;

export interface Narrowing {
  readonly filters: AuditFilters;
  readonly narrowed: boolean;
  readonly narrow: (change: Partial<AuditFilters>) => void;
  /** The place of the entry that is open; null: none is. */
  readonly entry: number | null;
  /** The address of an entry, with the filters as they are; null: of none. */
  readonly hrefOf: (entry: number | null) => string;
}

export function useAuditFilters(): Narrowing {
  const params = useSearchParams();
  const router = useRouter();
  const here = usePathname();
  const filters = Object.fromEntries(NAMES.map((name) => [name, params.get(name) ?? ""])) as AuditFilters;
  const entry = Number(params.get("entry"));

  function addressOf(wanted: Partial<AuditFilters>, open: number | null): string {
    const chosen = Object.entries({ ...filters, ...wanted, entry: open }).filter(([, value]) => value);
    const query = new URLSearchParams(chosen.map(([name, value]) => [name, String(value)])).toString();
    return query ? `${here}?${query}` : here;
  }

  return {
    filters,
    narrowed: NAMES.some((name) => filters[name] !== ""),
    narrow: (change) => router.replace(addressOf(change, null), { scroll: false }),
    entry: Number.isSafeInteger(entry) && entry > 0 ? entry : null,
    hrefOf: (open) => addressOf({}, open),
  };
}

/** As the API asks for it: days as moments of the person's own time. */
export function toQuery({ kind, from, to, ...same }: AuditFilters): Record<string, string | null> {
  return { ...same, actorKind: kind, from: startOf(from, 0), to: startOf(to, 1) };
}

function startOf(day: string, later: number): string | null {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return null;
  const start = new Date(year, month - 1, date + later);
  return Number.isNaN(start.getTime()) ? null : start.toISOString();
}
