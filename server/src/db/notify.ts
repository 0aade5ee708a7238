/**
 * How processes wake each other: NOTIFY in the transaction that changed something, LISTEN on a connection apart. A
 * notification is only ever a hint to look: one that is lost while the connection is down is made up for by looking
 * at everything after each (re)connect.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type BillingAccountId, billingAccountIdSchema, channelIdSchema } from "@cogni/contract";
import pg from "pg";
import { z } from "zod";
import type { Secret } from "../secret.ts";
import { currentTraceparent } from "../telemetry/trace.ts";
import type { ConnectionKey } from "./connections.ts";
import type { DbLog } from "./pool.ts";
import type { Tx } from "./tenant.ts";

/** The one NOTIFY channel; the payload tells what it is about. */
const CHANNEL = "cogni";

const address = { billingAccountId: billingAccountIdSchema, channel: channelIdSchema };
const connection = { ...address, generation: z.number() };
const notificationSchema = z.discriminatedUnion("about", [
  /** A wish for this connection was written; whoever carries it out goes on with its trace. */
  z.object({ about: z.literal("wish"), ...connection, traceparent: z.string().nullish() }),
  /** A wish for this connection was brought to its end. */
  z.object({ about: z.literal("outcome"), ...connection }),
  /** The login of this generation has a code, or came to its end. */
  z.object({ about: z.literal("login"), ...connection }),
  /** A tenant's word on someone who waits to be let in was written, or carried out; when it was given, in epoch ms. */
  z.object({ about: z.enum(["decision", "decided"]), ...address, at: z.number() }),
  /** What this tenant's agent is told was changed. */
  z.object({ about: z.literal("agent"), billingAccountId: billingAccountIdSchema }),
  /** What these tenants are shown of their channels may be another: by the triggers of 0005_change_notifications.sql. */
  z.object({ about: z.literal("change"), billingAccountIds: z.array(billingAccountIdSchema) }),
  /** The tenant was suspended or resumed, or is being deleted. */
  z.object({ about: z.literal("tenant"), billingAccountId: billingAccountIdSchema }),
  /** What this tenant may spend, or its LLM key, was changed; null: what models cost. */
  z.object({ about: z.literal("llm"), billingAccountId: billingAccountIdSchema.nullable() }),
  /** Messages to endpoints of tenants were written, or may be sent now. */
  z.object({ about: z.literal("deliveries") }),
  /** The lease on the gateway is free. */
  z.object({ about: z.literal("lease"), gatewayId: z.string() }),
  /** The gateway came or went, or offers something else: so much for all of its tenants. By a trigger too. */
  z.object({ about: z.literal("gateway"), gatewayId: z.string() }),
]);
export type Notification = z.infer<typeof notificationSchema>;

export function notifyWish(tx: Tx, key: ConnectionKey, generation: number): Promise<void> {
  return notify(tx, { about: "wish", ...addressOf(key), generation, traceparent: currentTraceparent() });
}

export function notifyOutcome(tx: Tx, key: ConnectionKey, generation: number): Promise<void> {
  return notify(tx, { about: "outcome", ...addressOf(key), generation });
}

export function notifyLogin(tx: Tx, key: ConnectionKey, generation: number): Promise<void> {
  return notify(tx, { about: "login", ...addressOf(key), generation });
}

export function notifyDecision(tx: Tx, key: ConnectionKey, at: number): Promise<void> {
  return notify(tx, { about: "decision", ...addressOf(key), at });
}

export function notifyDecided(tx: Tx, key: ConnectionKey, at: number): Promise<void> {
  return notify(tx, { about: "decided", ...addressOf(key), at });
}

export function notifyAgent(tx: Tx, billingAccountId: BillingAccountId): Promise<void> {
  return notify(tx, { about: "agent", billingAccountId });
}

export function notifyTenant(tx: Tx, billingAccountId: BillingAccountId): Promise<void> {
  return notify(tx, { about: "tenant", billingAccountId });
}

/** @param billingAccountId whose limits or LLM key are another; null: the prices of models are */
export function notifyLlm(tx: Tx, billingAccountId: BillingAccountId | null): Promise<void> {
  return notify(tx, { about: "llm", billingAccountId });
}

export function notifyLease(tx: Tx, gatewayId: string): Promise<void> {
  return notify(tx, { about: "lease", gatewayId });
}

export function notifyDeliveries(tx: Tx): Promise<void> {
  return notify(tx, { about: "deliveries" });
}

/** Only the key's own two fields: callers pass whole connections. */
function addressOf({ billingAccountId, channel }: ConnectionKey): ConnectionKey {
  return { billingAccountId, channel };
}

async function notify(tx: Tx, notification: Notification): Promise<void> {
  await tx.query("SELECT pg_notify($1, $2)", [CHANNEL, JSON.stringify(notification)]);
}

export interface ListenOptions {
  /** Any role's. */
  readonly url: Secret;
  readonly onNotification: (notification: Notification) => void;
  /** After every connect: whatever happened before it was not heard. */
  readonly onConnected: () => void;
  /** Milliseconds between two questions to a connection that would else be silent for hours; an answer may take as long. */
  readonly probeMs: number;
  readonly log: DbLog;
}

export interface Listener {
  /** Whether it hears anything now. */
  connected(): boolean;
  close(): Promise<void>;
}

/** Listens until closed, connecting again after 0.1 to 5 s as long as the database is away. */
export function listen(options: ListenOptions): Listener {
  const closing = new AbortController();
  let connected = false;
  const ended = keepListening(options, closing.signal, (now) => {
    connected = now;
  });
  return {
    connected: () => connected,
    async close() {
      closing.abort();
      await ended;
    },
  };
}

async function keepListening(
  options: ListenOptions,
  closing: AbortSignal,
  onChange: (connected: boolean) => void,
): Promise<void> {
  for (let waitMs = 100; !closing.aborted; waitMs = Math.min(waitMs * 2, 5_000)) {
    try {
      await listenOnce(options, closing, () => {
        waitMs = 50;
        onChange(true);
      });
    } catch (error) {
      onChange(false);
      const reason = error instanceof Error ? error.message : String(error);
      options.log.warn({ reason, waitMs }, "the listening database connection broke");
    }
    if (!closing.aborted) await sleep(waitMs, undefined, { signal: closing }).catch(() => undefined);
  }
}

/** Resolves when `closing` is aborted, rejects when the connection breaks. */
async function listenOnce(
  options: ListenOptions,
  closing: AbortSignal,
  connected: () => void,
): Promise<void> {
  const client = new pg.Client({
    connectionString: options.url.reveal(),
    application_name: "cogni-listen",
    connectionTimeoutMillis: 3_000,
    query_timeout: options.probeMs,
  });
  let probing: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve, reject) => {
    client.on("error", reject);
    client.on("end", () => reject(new Error("the connection ended")));
    closing.addEventListener("abort", () => resolve(), { once: true });
    // TCP's own signs of life stop at the next proxy: one that has forgotten this connection would answer them for ever.
    const probe = () => {
      probing = setTimeout(() => client.query("SELECT 1").then(probe, reject), options.probeMs);
    };
    client.once("connect", probe);
  });
  over.catch(() => undefined);
  client.on("notification", ({ payload }) => {
    const parsed = notificationSchema.safeParse(JSON.parse(payload ?? "null"));
    if (parsed.success) options.onNotification(parsed.data);
    else options.log.warn({ reason: parsed.error.message }, "a notification was not understood");
  });
  try {
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
    connected();
    options.onConnected();
    await over;
  } finally {
    clearTimeout(probing);
    await client.end();
  }
}
