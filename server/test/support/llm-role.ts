/** The one place of the tests that knows how the `llm` role is started. */
import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { Registry } from "prom-client";
import { createPools } from "../../src/db/pool.ts";
import { listen } from "../../src/http/listen.ts";
import { createLlmRole } from "../../src/llm/role.ts";
import { createUpstream } from "../../src/llm/upstream.ts";
import { Secret } from "../../src/secret.ts";
import { llmMetrics } from "../../src/telemetry/llm-metrics.ts";
import { type Timing, timingSchema } from "../../src/timing.ts";
import { loadPrices } from "../../src/usage/prices.ts";
import type { LlmKeys } from "../../src/vault/llm-keys.ts";
import type { TestDatabase } from "./database.ts";

export interface RoleOptions {
  readonly database: TestDatabase;
  readonly keys: LlmKeys;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly now: () => Date;
  readonly timing: Partial<Timing["llm"]>;
}

export interface LlmRole {
  /** Without a slash at its end. */
  readonly url: string;
  /** Writes what is not written yet. */
  settle(): Promise<void>;
  /** In order: what is under way ends, and all is settled. Again: nothing. */
  stop(): Promise<void>;
  /** As a process that is killed: its connections end, and nothing is written any more. */
  crash(): Promise<void>;
}

/** Quick where a test would wait, and with the default of everything else. */
export async function startLlmRole({
  database,
  keys,
  baseUrl,
  apiKey,
  now = () => new Date(),
  timing = {},
}: Omit<RoleOptions, "now" | "timing"> & Partial<RoleOptions>): Promise<LlmRole> {
  const log = pino({ level: "silent" });
  // Its own, so that a crash takes them away from nobody else.
  const db = createPools({ apiUrl: new Secret(database.apiUrl), serviceUrl: null }, log);
  const all = { ...timingSchema.parse({}).llm, settleMs: 20, waitMs: 500, ...timing };
  const role = createLlmRole({
    db,
    keys,
    upstream: createUpstream({ baseUrl, apiKey: new Secret(apiKey), timing: all }),
    prices: await loadPrices(db),
    metrics: llmMetrics(new Registry()),
    log,
    now,
    newId: randomUUID,
    timing: all,
  });
  const listening = await listen(role.listener, { host: "127.0.0.1", port: 0, setting: "LLM_PORT" });
  role.start();
  let over = false;
  const once = async (end: () => Promise<void>) => {
    if (over) return;
    over = true;
    await end();
  };
  return {
    url: `http://127.0.0.1:${listening.port}`,
    settle: role.settle,
    stop: () =>
      once(async () => {
        const never = new AbortController().signal;
        await listening.close(never);
        await role.stop(never);
        await db.close();
      }),
    crash: () =>
      once(async () => {
        await db.close();
        const now = AbortSignal.abort();
        await listening.close(now);
        await role.stop(now);
      }),
  };
}
