"use client";
/** Which usage is shown, and which call is open. It stands in the address, so that it can be handed on and gone back to. */
import type { CallOutcome, UsageGroup } from "@cogni/contract";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { DEFAULT_SPAN, SPANS, type Span } from "./span.ts";

/** As the contract has them, which is not loaded this early. */
export const OUTCOMES = [
  "completed",
  "aborted",
  "upstream_refused",
  "broken",
  "limited",
] as const satisfies readonly CallOutcome[];
export const GROUPS = ["channel", "model", "conversation"] as const satisfies readonly UsageGroup[];
export type Group = (typeof GROUPS)[number];

const FILTERS = ["day", "channel", "model", "conversation", "outcome", "requestId"] as const;
export type FilterName = (typeof FILTERS)[number];
/** What the list of calls is narrowed to. Empty: not by that. */
export type CallFilters = Readonly<Record<FilterName, string>>;

/** A call that is open. The API finds it by its request. */
export interface OpenCall {
  readonly id: string;
  readonly requestId: string;
}

interface Shown {
  readonly span: Span;
  readonly by: Group;
  readonly filters: CallFilters;
  readonly call: OpenCall | null;
}

export interface UsageView extends Shown {
  readonly narrowed: boolean;
  readonly narrow: (change: Partial<CallFilters>) => void;
  readonly spanHref: (span: Span) => string;
  readonly groupHref: (by: Group) => string;
  /** Of the calls that are like that. */
  readonly filterHref: (change: Partial<CallFilters>) => string;
  /** Of one call, with the list as it is; null: of none. */
  readonly callHref: (call: OpenCall | null) => string;
}

/** An id has none. */
const BETWEEN = "~";

export function useUsageView(): UsageView {
  const params = useSearchParams();
  const router = useRouter();
  const here = usePathname();
  const shown: Shown = {
    span: SPANS.find((span) => span === params.get("span")) ?? DEFAULT_SPAN,
    by: GROUPS.find((by) => by === params.get("by")) ?? GROUPS[0],
    filters: Object.fromEntries(FILTERS.map((name) => [name, params.get(name) ?? ""])) as CallFilters,
    call: callOf(params.get("call")),
  };

  function addressOf(change: Partial<Shown>): string {
    const { span, by, filters, call } = { ...shown, ...change };
    const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ""));
    if (span !== DEFAULT_SPAN) query.set("span", span);
    if (by !== GROUPS[0]) query.set("by", by);
    if (call) query.set("call", call.id + BETWEEN + call.requestId);
    return query.size > 0 ? `${here}?${query}` : here;
  }
  const narrowedBy = (change: Partial<CallFilters>) =>
    addressOf({ filters: { ...shown.filters, ...change }, call: null });

  return {
    ...shown,
    narrowed: Object.values(shown.filters).some((value) => value !== ""),
    narrow: (change) => router.replace(narrowedBy(change), { scroll: false }),
    // A day of one span need not be one of another.
    spanHref: (span) => addressOf({ span, filters: { ...shown.filters, day: "" }, call: null }),
    groupHref: (by) => addressOf({ by }),
    filterHref: narrowedBy,
    callHref: (call) => addressOf({ call }),
  };
}

function callOf(param: string | null): OpenCall | null {
  const at = param?.indexOf(BETWEEN) ?? -1;
  return param && at > 0 ? { id: param.slice(0, at), requestId: param.slice(at + 1) } : null;
}
