/** The one place of the tests that knows how the `llm` role is put together. */
import { randomUUID } from "node:crypto";
import { Registry } from "prom-client";
import { createPools } from "../../src/db/pool.ts";
import { listen } from "../../src/http/listen.ts";
import { createLlmRole } from "../../src/llm/role.ts";
import { createUpstream } from "../../src/llm/upstream.ts";
import { createLogger } from "../../src/log.ts";
import { Secret } from "../../src/secret.ts";
import { llmMetrics } from "../../src/telemetry/llm-metrics.ts";
import { type Timing, timingSchema } from "../../src/timing.ts";
import { loadPrices } from "../../src/usage/prices.ts";
import type { LlmKeys } from "../../src/vault/llm-keys.ts";
import { silent, type TestDatabase } from "./database.ts";

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
  /**
   * In order: what is under way ends, and all is settled. Again: nothing.
   * @param cutMs until connections are cut off: those that a client opened and never used would be kept for seconds
   */
  stop(cutMs?: number): Promise<void>;
  /** As a process that is killed: its connections end, and nothing is written any more. */
  crash(): Promise<void>;
}

/** Whatever is still under way by then is cut off. */
const STOP_MS = 5_000;

/** A process as far as database and upstream are concerned; with connections of its own, and nothing shared with another. */
export async function startLlmRole(
  options: Omit<RoleOptions, "now" | "timing"> & Partial<RoleOptions>,
): Promise<LlmRole> {
  const { apiUrl } = options.database;
  const db = createPools({ apiUrl: new Secret(apiUrl), serviceUrl: null }, silent);
  const timing = { ...timingSchema.parse({}).llm, ...options.timing };
  const role = createLlmRole({
    db,
    keys: options.keys,
    upstream: createUpstream({ baseUrl: options.baseUrl, apiKey: new Secret(options.apiKey), timing }),
    prices: await loadPrices(db),
    metrics: llmMetrics(new Registry()),
    log: createLogger("fatal"),
    now: options.now ?? (() => new Date()),
    newId: randomUUID,
    timing,
  });
  const server = await listen(role.listener, { host: "127.0.0.1", port: 0, setting: "LLM_PORT" });
  role.start();
  let ended: Promise<void> | null = null;
  async function end(cut: AbortSignal, connections = cut): Promise<void> {
    await server.close(connections);
    await role.stop(cut);
    if (!db.api.ended) await db.close();
  }
  return {
    url: `http://127.0.0.1:${server.port}`,
    settle: role.settle,
    stop: (cutMs = STOP_MS) => {
      ended ??= end(AbortSignal.timeout(STOP_MS), AbortSignal.timeout(cutMs));
      return ended;
    },
    crash: () => {
      // The database first: a process that is gone writes nothing.
      ended ??= db.close().then(() => end(AbortSignal.abort()));
      return ended;
    },
  };
}
