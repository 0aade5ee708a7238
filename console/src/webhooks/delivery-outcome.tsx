"use client";
/** What became of a delivery: its state, and the last attempt in a few words. */
import type { WebhookDelivery } from "@cogni/contract";
import { useTranslations } from "next-intl";
import table from "../parts/data-table.module.css";
import { useTimeWords } from "../parts/time-ago.tsx";
import classes from "./webhooks.module.css";

export function DeliveryOutcome({ of }: { of: WebhookDelivery }) {
  const text = useTranslations("webhooks");
  const { until } = useTimeWords();
  const { state, attempts, lastAttempt, nextAttemptAt } = of;
  const failed = lastAttempt !== null && lastAttempt.failure !== null;
  const shown = state === "waiting" && failed ? "retrying" : state;
  return (
    <div className={table.main}>
      <span className={classes.health} data-health={shown}>
        {text(`state.${shown}`)}
      </span>
      {lastAttempt && (
        <span className={table.soft}>
          {[
            lastAttempt.failure ? text(`failure.${lastAttempt.failure}`) : null,
            lastAttempt.status === null ? null : String(lastAttempt.status),
            text("tookMs", { ms: lastAttempt.tookMs }),
            attempts > 1 ? text("attempts", { count: attempts }) : null,
          ]
            .filter((part) => part !== null)
            .join(" · ")}
        </span>
      )}
      {shown === "retrying" && nextAttemptAt && (
        <span className={table.soft}>{text("nextTry", { time: until(nextAttemptAt) })}</span>
      )}
    </div>
  );
}
