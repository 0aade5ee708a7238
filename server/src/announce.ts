/** Who is told what another process, or this one, wrote into the database. */
import type { BillingAccountId } from "@cogni/contract";
import { keyString } from "./channels/keys.ts";
import type { StatusHub } from "./channels/live/hub.ts";
import type { Outcomes } from "./channels/outcomes.ts";
import type { Notification } from "./db/notify.ts";
import type { Reconciler } from "./reconcile/reconciler.ts";
import type { Sender } from "./webhooks/sender.ts";

export interface Listeners {
  readonly outcomes: Outcomes;
  readonly logins: Outcomes;
  readonly decisions: Outcomes;
  readonly statusHub: StatusHub;
  readonly worker: Reconciler | null;
  readonly webhookSender: Sender | null;
  readonly forgetPrincipals: () => void;
  /** What is known of the tenant's limits and key is old; null: of everybody's, and of prices. */
  readonly llmChanged: (tenant: BillingAccountId | null) => void;
}

export function announce(
  notification: Notification,
  { outcomes, logins, decisions, statusHub, worker, webhookSender, forgetPrincipals, llmChanged }: Listeners,
): void {
  const { about } = notification;
  if (about === "wish") {
    worker?.wake(notification, { traceparent: notification.traceparent ?? null });
  } else if (about === "outcome") outcomes.announce(keyString(notification), notification.generation);
  else if (about === "login") logins.announce(keyString(notification), notification.generation);
  else if (about === "decision") worker?.wakeSenders();
  else if (about === "agent") worker?.wakeAgents();
  else if (about === "deliveries") webhookSender?.wake();
  else if (about === "decided") decisions.announce(keyString(notification), notification.at);
  else if (about === "tenant") {
    forgetPrincipals();
    llmChanged(notification.billingAccountId);
    worker?.wakeTenant(notification.billingAccountId);
  } else if (about === "llm") llmChanged(notification.billingAccountId);
  else if (about === "lease") worker?.wakeLease();
  else if (about === "change") statusHub.changed(notification.billingAccountIds);
  else if (about === "gateway") statusHub.changed();
}
