/** The `llm` role as callers know it: over HTTP, in front of a scripted upstream, on a real database. */
import { randomBytes, randomUUID } from "node:crypto";
import type { BillingAccountId, LimitName } from "@cogni/contract";
import { expect } from "vitest";
import { startUpstream, type Upstream } from "../../../dev-env/src/stand-ins/upstream.ts";
import { Secret } from "../../src/secret.ts";
import { createLlmKeys } from "../../src/vault/llm-keys.ts";
import { asSuperuser, GATEWAY, type TestDatabase, tenants, testDatabase } from "./database.ts";
import { type LlmRole, type RoleOptions, startLlmRole } from "./llm-role.ts";

export const UPSTREAM_KEY = "upstream-key-canary";
export const keys = createLlmKeys(new Secret(randomBytes(32)));

/** What a token costs, in nano-dollars, of each model that has a price here. */
export const PRICES = {
  echo: { input: 4n, cached: 1n, output: 8n },
  /** One that answers in the other's place. */
  dear: { input: 400n, cached: 100n, output: 800n },
  /** That gives no more than `SHORT_ANSWER` tokens. */
  small: { input: 4n, cached: 1n, output: 8n },
} as const;
export const SHORT_ANSWER = 100;
const MILLION = 1_000_000n;

export interface LlmRoom {
  readonly database: TestDatabase;
  readonly upstream: Upstream;
  readonly role: LlmRole;
  /** One more process, on the same database and upstream. */
  start(options?: Partial<RoleOptions>): Promise<LlmRole>;
  close(): Promise<void>;
}

/** A database, an upstream and a role, with prices; `options` are those of the role. */
export async function llmRoom(options: Partial<RoleOptions> = {}): Promise<LlmRoom> {
  const database = await testDatabase();
  const upstream = await startUpstream();
  for (const [model, { input, cached, output }] of Object.entries(PRICES)) {
    const most = model === "small" ? SHORT_ANSWER : null;
    const values = [model, String(input * MILLION), String(cached * MILLION), String(output * MILLION), most];
    await asSuperuser(
      database,
      `INSERT INTO model_prices (model, valid_from, input_nano, cached_input_nano, output_nano, max_output_tokens, source)
       VALUES ($1, '2020-01-01', $2, $3, $4, $5, 'a test')`,
      values,
    );
  }
  const started: LlmRole[] = [];
  const start = async (more: Partial<RoleOptions> = {}) => {
    const all = { database, keys, baseUrl: upstream.baseUrl, apiKey: UPSTREAM_KEY, ...options, ...more };
    const role = await startLlmRole(all);
    started.push(role);
    return role;
  };
  const role = await start();
  return {
    database,
    upstream,
    role,
    start,
    async close() {
      await Promise.all(started.map((each) => each.stop()));
      await upstream.close();
      await database.drop();
    },
  };
}

/** By the columns of `limits`. */
export type TestLimits = Readonly<Record<string, string | number>>;

export interface LlmTenant {
  readonly id: BillingAccountId;
  readonly key: string;
}

/** A tenant on the gateway that offers `echo` and `small`. */
export async function newLlmTenant(
  { database }: Pick<LlmRoom, "database">,
  limits: TestLimits = {},
  timeZone = "UTC",
): Promise<LlmTenant> {
  const [id] = await tenants(database.db, `t-${randomUUID()}`);
  await asSuperuser(database, "UPDATE billing_accounts SET time_zone = $2 WHERE id = $1", [id, timeZone]);
  await setLimits(database, id, limits);
  return { id, key: keyOf(id) };
}

export const keyOf = (billingAccountId: BillingAccountId, version = 1, gatewayId = GATEWAY): string =>
  keys.keyOf({ billingAccountId, gatewayId, version }).reveal();

export async function setLimits(database: TestDatabase, id: BillingAccountId, limits: TestLimits) {
  const columns = Object.keys(limits);
  await asSuperuser(database, "DELETE FROM limits WHERE billing_account_id = $1", [id]);
  await asSuperuser(
    database,
    `INSERT INTO limits (${["billing_account_id", ...columns].join(", ")})
     VALUES (${["", ...columns].map((_, index) => `$${index + 1}`).join(", ")})`,
    [id, ...Object.values(limits)],
  );
}

/** What the plugin puts on a call of a message. */
export const messageHeaders = (rest: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  "x-cogni-request-id": randomUUID(),
  "x-cogni-turn": randomUUID(),
  "x-cogni-channel": "telegram",
  "x-cogni-conversation": "c".repeat(43),
  "x-cogni-end-user": "u".repeat(43),
  "x-request-id": randomUUID(),
  ...rest,
});

export interface Asking {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** @param key null: none is sent */
export function ask(
  role: Pick<LlmRole, "url">,
  key: string | null,
  body: object | string | null,
  { path = "/v1/chat/completions", method = "POST", headers = {}, signal }: Asking = {},
): Promise<Response> {
  return fetch(role.url + path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(key !== null && { authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(body !== null && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    ...(signal && { signal }),
  });
}

/** A call with those words; a script's token among them has the script answer. */
export const chat = (words: string, rest: object = {}): Record<string, unknown> => ({
  model: "echo",
  messages: [{ role: "user", content: words }],
  max_tokens: 10,
  ...rest,
});

/** OpenAI's form of an error, with the answer's status. */
export async function errorOf(response: Response): Promise<{ status: number; code: unknown; type: unknown }> {
  const { error } = (await response.json()) as { error: Record<string, unknown> };
  expect(typeof error.message).toBe("string");
  return { status: response.status, code: error.code, type: error.type };
}

export interface UsageRow {
  readonly call_id: string;
  readonly logical_id: string;
  readonly request_id: string;
  readonly gateway_id: string;
  readonly day: string;
  readonly channel: string;
  readonly conversation: string | null;
  readonly end_user: string | null;
  readonly model: string;
  readonly answered_by: string | null;
  readonly streamed: boolean;
  readonly outcome: string;
  readonly limit_name: LimitName | null;
  readonly status: number;
  readonly prompt: number;
  readonly cached: number;
  readonly completion: number;
  readonly reasoning: number;
  readonly cost: bigint;
  readonly measured: boolean;
  readonly priced: boolean;
  readonly latency_ms: number;
  readonly first_byte_ms: number | null;
}

/** As they stand in the database now, the earliest first. */
export async function usageRows(database: TestDatabase, id: BillingAccountId): Promise<UsageRow[]> {
  const rows = await asSuperuser(
    database,
    `SELECT *, day::text AS day, prompt_tokens::integer AS prompt, cached_tokens::integer AS cached,
       completion_tokens::integer AS completion, reasoning_tokens::integer AS reasoning, cost_nano::text AS cost
     FROM usage_events WHERE billing_account_id = $1 ORDER BY at, call_id`,
    [id],
  );
  return rows.map((row) => ({ ...row, cost: BigInt(String(row.cost)) }) as unknown as UsageRow);
}

/** The rows, once there are that many: a call is written when it is over, which its caller need not see. */
export async function settledRows(
  { role, database }: Pick<LlmRoom, "role" | "database">,
  id: BillingAccountId,
  count: number,
): Promise<UsageRow[]> {
  let rows: UsageRow[] = [];
  await expect
    .poll(
      async () => {
        await role.settle();
        rows = await usageRows(database, id);
        return rows.length;
      },
      { timeout: 10_000 },
    )
    .toBe(count);
  return rows;
}

export async function settledRow(
  room: Pick<LlmRoom, "role" | "database">,
  id: BillingAccountId,
): Promise<UsageRow> {
  const [row] = await settledRows(room, id, 1);
  if (!row) throw new Error("there is no row");
  return row;
}

export const sumOf = (rows: readonly UsageRow[]): bigint => rows.reduce((sum, { cost }) => sum + cost, 0n);

/** What those tokens cost by the price of that model. */
export const costOf = (
  model: keyof typeof PRICES,
  { prompt, completion, cached = 0 }: { prompt: number; completion: number; cached?: number },
): bigint =>
  BigInt(prompt - cached) * PRICES[model].input +
  BigInt(cached) * PRICES[model].cached +
  BigInt(completion) * PRICES[model].output;

/** A promise and its end, for `until` of a script. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
