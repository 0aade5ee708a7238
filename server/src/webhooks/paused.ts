/** What is told when an endpoint was paused without anyone's wish. */
import { append } from "../db/audit.ts";
import type { ServiceTx } from "../db/tenant.ts";
import type { PausedEndpoint } from "../db/webhook-health.ts";

/** In the transaction that paused them. */
export async function tellPaused(tx: ServiceTx, paused: readonly PausedEndpoint[]): Promise<void> {
  for (const { id, billingAccountId, because } of paused) {
    await append(tx, {
      billingAccountId,
      actor: { kind: "system", id: "webhooks" },
      action: "webhook.pause",
      channel: null,
      accountId: null,
      subject: id,
      outcome: because,
      meta: null,
    });
  }
}
