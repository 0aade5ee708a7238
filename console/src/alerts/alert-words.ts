"use client";
/** An alert in a few words: what it is about, and that it is over. */
import type { Alert } from "@cogni/contract";
import { useTranslations } from "next-intl";

export function useHeadline(): (alert: Alert) => string {
  const text = useTranslations("alerts.kinds");
  return ({ kind, label, channel, subject, resolution }) => {
    const name = label ?? channel ?? subject?.name ?? subject?.id ?? "";
    return text(`${kind}.${resolution === "recovered" ? "over" : "open"}`, { name });
  };
}
