/** A tenant's webhook endpoints as its people and programs manage them: each change with its audit row. */
import { randomUUID } from "node:crypto";
import {
  type AskedDelivery,
  type ChangeWebhookRequest,
  type CreateWebhookRequest,
  type DeletedWebhook,
  MAX_WEBHOOK_ENDPOINTS,
  type RotateWebhookRequest,
  type TenantAction,
  type WebhookEndpoint,
  type WebhookEndpoints,
  type WebhookWithSecret,
} from "@cogni/contract";
import { createAttemptLimit } from "../auth/attempt-limit.ts";
import { makerOf } from "../auth/authorize.ts";
import type { Principal } from "../auth/principal.ts";
import { recordAct } from "../auth/record-act.ts";
import type { RequestMeta } from "../db/audit.ts";
import type { Db } from "../db/pool.ts";
import { type TenantTx, withTenant } from "../db/tenant.ts";
import {
  addEndpoint,
  changeEndpoint,
  deleteEndpoint,
  type EndpointRow,
  listEndpoints,
  lockEndpoints,
  pauseEndpoint,
  replaceSecret,
  resumeEndpoint,
} from "../db/webhook-endpoints.ts";
import { addTestDelivery } from "../db/webhook-events.ts";
import { AppError } from "../errors.ts";
import { newEndpointSecret } from "../vault/endpoint-secrets.ts";
import type { Vault } from "../vault/vault.ts";
import { type Reach, refusalOf } from "./addresses.ts";
import { sealSecret } from "./signature.ts";

export interface ManageWebhooks {
  list(principal: Principal): Promise<WebhookEndpoints>;
  /** @throws AppError invalid_request (an address that can't be one), too_many_webhooks, database_unavailable; so do those below */
  create(principal: Principal, request: CreateWebhookRequest, meta: RequestMeta): Promise<WebhookWithSecret>;
  /** @throws AppError unknown_webhook; so do those below */
  change(principal: Principal, request: ChangeWebhookRequest, meta: RequestMeta): Promise<WebhookEndpoint>;
  delete(principal: Principal, id: string, meta: RequestMeta): Promise<DeletedWebhook>;
  /** The present secret signs beside the new one until the overlap is over. */
  rotate(principal: Principal, request: RotateWebhookRequest, meta: RequestMeta): Promise<WebhookWithSecret>;
  pause(principal: Principal, id: string, meta: RequestMeta): Promise<WebhookEndpoint>;
  resume(principal: Principal, id: string, meta: RequestMeta): Promise<WebhookEndpoint>;
  /** @throws AppError rate_limited */
  test(principal: Principal, id: string, meta: RequestMeta): Promise<AskedDelivery>;
}

/** Whoever tests wants an answer now and then, and no means of sending many requests somewhere. */
const TESTS_IN_TEN_MINUTES = { max: 60, windowMs: 10 * 60 * 1000 };

export function createManageWebhooks(db: Db, vault: Vault, reach: Reach, clock: () => Date): ManageWebhooks {
  const tests = createAttemptLimit(db, "webhook_test.tenant", TESTS_IN_TEN_MINUTES);

  /** Does it, with its audit row, and answers with the endpoint as it is then. */
  const act = (
    { billingAccountId, actor }: Principal,
    { action, id, meta }: { action: TenantAction; id: string; meta: RequestMeta },
    change: (tx: TenantTx) => Promise<boolean>,
  ): Promise<WebhookEndpoint> =>
    withTenant(db, billingAccountId, async (tx) => {
      if (!(await change(tx))) throw new AppError("unknown_webhook");
      await recordAct(tx, actor, { action, subject: id, meta });
      return present(tx, id);
    });

  return {
    list: ({ billingAccountId }) =>
      withTenant(db, billingAccountId, async (tx) => ({
        endpoints: (await listEndpoints(tx)).map(toAnswer),
      })),

    create({ billingAccountId, actor }, { url, description, eventTypes }, meta) {
      requireReachable(url, reach);
      const createdBy = makerOf(actor);
      const id = randomUUID();
      const secret = newEndpointSecret();
      return withTenant(db, billingAccountId, async (tx) => {
        if ((await lockEndpoints(tx)) >= MAX_WEBHOOK_ENDPOINTS) throw new AppError("too_many_webhooks");
        const sealed = sealSecret(vault, secret, { billingAccountId, endpointId: id });
        const href = new URL(url).href;
        await addEndpoint(tx, { id, url: href, description, eventTypes, secret: sealed, createdBy });
        await recordAct(tx, actor, { action: "webhook.create", subject: id, meta });
        return { secret: secret.reveal(), ...(await present(tx, id)) };
      });
    },

    async change(principal, { url, ...change }, meta) {
      if (url !== undefined) requireReachable(url, reach);
      const href = url === undefined ? undefined : new URL(url).href;
      return act(principal, { action: "webhook.change", id: change.id, meta }, (tx) =>
        changeEndpoint(tx, { ...change, url: href }),
      );
    },

    delete: ({ billingAccountId, actor }, id, meta) =>
      withTenant(db, billingAccountId, async (tx) => {
        if (!(await deleteEndpoint(tx, id))) throw new AppError("unknown_webhook");
        await recordAct(tx, actor, { action: "webhook.delete", subject: id, meta });
        return { id, status: "deleted" };
      }),

    async rotate(principal, { id, overlapSeconds }, meta) {
      const secret = newEndpointSecret();
      const { billingAccountId } = principal;
      const sealed = sealSecret(vault, secret, { billingAccountId, endpointId: id });
      const endpoint = await act(principal, { action: "webhook.rotate_secret", id, meta }, (tx) =>
        replaceSecret(tx, id, sealed, overlapSeconds),
      );
      return { secret: secret.reveal(), ...endpoint };
    },

    pause: (principal, id, meta) =>
      act(principal, { action: "webhook.pause", id, meta }, (tx) => pauseEndpoint(tx, id)),

    resume: (principal, id, meta) =>
      act(principal, { action: "webhook.resume", id, meta }, (tx) => resumeEndpoint(tx, id)),

    async test({ billingAccountId, actor }, id, meta) {
      await tests.begin(billingAccountId);
      return withTenant(db, billingAccountId, async (tx) => {
        await present(tx, id);
        const deliveryId = await addTestDelivery(tx, { endpointId: id, at: clock() });
        await recordAct(tx, actor, { action: "webhook.test", subject: id, meta });
        return { deliveryId };
      });
    },
  };
}

/** @throws AppError unknown_webhook */
async function present(tx: TenantTx, id: string): Promise<WebhookEndpoint> {
  const [endpoint] = await listEndpoints(tx, id);
  if (!endpoint) throw new AppError("unknown_webhook");
  return toAnswer(endpoint);
}

function requireReachable(url: string, reach: Reach): void {
  const message = refusalOf(url, reach);
  if (message !== null) throw new AppError("invalid_request", { errors: [{ path: "url", message }] });
}

function toAnswer(endpoint: EndpointRow): WebhookEndpoint {
  const { pausedAt, pausedBecause, ...rest } = endpoint;
  return {
    ...rest,
    paused: pausedAt && pausedBecause ? { at: pausedAt.toISOString(), because: pausedBecause } : null,
    lastSuccessAt: endpoint.lastSuccessAt?.toISOString() ?? null,
    lastFailureAt: endpoint.lastFailureAt?.toISOString() ?? null,
    failingSince: endpoint.failingSince?.toISOString() ?? null,
    previousSecretUntil: endpoint.previousSecretUntil?.toISOString() ?? null,
    createdAt: endpoint.createdAt.toISOString(),
  };
}
