"use client";
/** What a call was and came to, in words for people. */
import type { UsageCall } from "@cogni/contract";
import { useFormatter, useTranslations } from "next-intl";
import { useTimeWords } from "../parts/time-ago.tsx";

/** Enough of a keyed hash to tell one from another. */
export const shortHash = (hash: string): string => hash.slice(0, 10);

export function useUsageWords() {
  const text = useTranslations("usage");
  const format = useFormatter();
  const { moment } = useTimeWords();
  const outcome = ({ outcome, limit }: Pick<UsageCall, "outcome" | "limit">): string => {
    const key = `limits.${limit as "day_budget"}` as const;
    // One that is newer than this page is called as the API calls it.
    const name = limit === null ? null : text.has(key) ? text(key) : limit;
    return outcome === "limited" && name ? text("outcomes.limitedBy", { name }) : text(`outcomes.${outcome}`);
  };
  return {
    when: ({ at }: UsageCall): string => moment(at),
    channel: (channel: string | null): string => channel ?? text("groups.none.channel"),
    outcome,
    reply: ({ reply }: UsageCall): string => text(`reply.${reply ?? "unknown"}`),
    latency: (ms: number): string => {
      const [value, unit] = ms < 1_000 ? [ms, "millisecond"] : [ms / 1_000, "second"];
      const told = format.number(value, {
        style: "unit",
        unit,
        unitDisplay: "short",
        maximumFractionDigits: 1,
      });
      // A number is not parted from its unit at a line's end.
      return told.replace(" ", "\u00a0");
    },
    /** What is to be known of its cost, beside the amount. */
    marks: ({ costSource, priced }: UsageCall): string[] => [
      ...(costSource === "estimated" ? [text("cost.estimated")] : []),
      ...(costSource === "upstream" ? [text("cost.upstream")] : []),
      // Of the upstream's own bill it does not matter what we know of prices.
      ...(priced || costSource === "upstream" ? [] : [text("cost.unpriced")]),
    ],
  };
}

/** As a coloured dot beside the words. */
export function toneOf({ outcome }: Pick<UsageCall, "outcome">): "well" | "near" | "reached" {
  if (outcome === "completed") return "well";
  return outcome === "limited" || outcome === "aborted" ? "near" : "reached";
}
