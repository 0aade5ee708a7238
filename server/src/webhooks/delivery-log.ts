/** What was sent to a tenant's endpoints and what came of it, as its people and programs read it; and sending one of it again. */
import {
  type AskedDelivery,
  MAX_ATTEMPTS_TOLD,
  WEBHOOK_FAILURES,
  type WebhookAttempt,
  type WebhookDeliveries,
  type WebhookDeliveriesQuery,
  type WebhookDelivery,
  type WebhookDeliveryDetail,
} from "@cogni/contract";
import { createAttemptLimit } from "../auth/attempt-limit.ts";
import type { Principal } from "../auth/principal.ts";
import { recordAct } from "../auth/record-act.ts";
import type { RequestMeta } from "../db/audit.ts";
import type { Db } from "../db/pool.ts";
import { withTenant } from "../db/tenant.ts";
import {
  type AttemptDetailRow,
  attemptsOf,
  type DeliveryRow,
  findDelivery,
  listDeliveries,
  sendAgain,
} from "../db/webhook-deliveries.ts";
import { AppError } from "../errors.ts";
import { unsignedHeaders } from "./signature.ts";

export interface WebhookLog {
  list(principal: Principal, query: WebhookDeliveriesQuery): Promise<WebhookDeliveries>;
  /** @throws AppError unknown_delivery */
  read(principal: Principal, id: string): Promise<WebhookDeliveryDetail>;
  /** @throws AppError unknown_delivery, rate_limited */
  redeliver(principal: Principal, id: string, meta: RequestMeta): Promise<AskedDelivery>;
}

const REDELIVERIES_IN_TEN_MINUTES = { max: 300, windowMs: 10 * 60 * 1000 };

export function createWebhookLog(db: Db): WebhookLog {
  const redeliveries = createAttemptLimit(db, "webhook_redelivery.tenant", REDELIVERIES_IN_TEN_MINUTES);
  return {
    list: ({ billingAccountId }, query) =>
      withTenant(db, billingAccountId, async (tx) => {
        const rows = await listDeliveries(tx, { ...query, limit: query.limit + 1 });
        const page = rows.slice(0, query.limit);
        const last = rows.length > query.limit ? page.at(-1) : undefined;
        return { deliveries: page.map(toAnswer), next: last ? String(last.seq) : null };
      }),

    read: ({ billingAccountId }, id) =>
      withTenant(db, billingAccountId, async (tx) => {
        const row = await findDelivery(tx, id);
        if (!row) throw new AppError("unknown_delivery");
        const attempts = await attemptsOf(tx, id, MAX_ATTEMPTS_TOLD);
        const { url, body, eventId } = row;
        return {
          ...toAnswer(row),
          url,
          body,
          attemptLog: attempts.map((attempt) => toAttempt(attempt, eventId)),
        };
      }),

    async redeliver({ billingAccountId, actor }, id, meta) {
      await redeliveries.begin(billingAccountId);
      return withTenant(db, billingAccountId, async (tx) => {
        if (!(await sendAgain(tx, id))) throw new AppError("unknown_delivery");
        await recordAct(tx, actor, { action: "webhook.redeliver", subject: id, meta });
        return { deliveryId: id };
      });
    },
  };
}

function toAnswer(row: DeliveryRow): WebhookDelivery {
  const { id, endpointId, eventId, type, channel, state, attempts } = row;
  return {
    id,
    endpointId,
    eventId,
    type,
    channel,
    state,
    attempts,
    createdAt: row.createdAt.toISOString(),
    nextAttemptAt: row.nextAttemptAt?.toISOString() ?? null,
    lastAttempt: row.lastAt && {
      at: row.lastAt.toISOString(),
      tookMs: row.lastTookMs ?? 0,
      status: row.lastStatus,
      failure: row.lastFailure,
    },
  };
}

function toAttempt(attempt: AttemptDetailRow, eventId: string): WebhookAttempt {
  const { at, tookMs, status, failure, headers, body } = attempt;
  return {
    at: at.toISOString(),
    tookMs,
    status,
    failure,
    reason: failure && WEBHOOK_FAILURES[failure],
    requestHeaders: unsignedHeaders({ id: eventId, at }),
    responseHeaders: headers,
    responseBody: body,
  };
}
