"use client";
/** An alert in a few words: what it is about, and that it is over. */
import type { Alert } from "@cogni/contract";
import { useTranslations } from "next-intl";

export function useHeadline(): (alert: Alert) => string {
  const text = useTranslations("alerts.kinds");
  const limits = useTranslations("usage.limits");
  return ({ kind, label, channel, subject, resolution }) => {
    const limit = subject?.id as "day_budget";
    const id = kind.startsWith("budget_") && limits.has(limit) ? limits(limit) : subject?.id;
    const name = label ?? channel ?? subject?.name ?? id ?? "";
    return text(`${kind}.${resolution === "recovered" ? "over" : "open"}`, { name });
  };
}
