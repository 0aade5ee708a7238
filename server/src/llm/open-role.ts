/** The `llm` role of this process, as its settings say. */
import { randomUUID } from "node:crypto";
import type { BillingAccountId } from "@cogni/contract";
import type { Config } from "../config.ts";
import type { Db } from "../db/pool.ts";
import type { Logger } from "../log.ts";
import type { LlmMetrics } from "../telemetry/llm-metrics.ts";
import { loadPrices } from "../usage/prices.ts";
import type { LlmKeys } from "../vault/llm-keys.ts";
import { createEcho } from "./echo.ts";
import { createLlmRole, type LlmRole } from "./role.ts";
import { createUpstream } from "./upstream.ts";

interface OpenRoleDeps {
  readonly config: Config;
  readonly db: Db;
  readonly log: Logger;
  readonly metrics: LlmMetrics;
  readonly keys: LlmKeys;
}

/** Null: this process serves no LLM calls. @throws AppError database_unavailable */
export async function openLlmRole({ config, db, log, metrics, keys }: OpenRoleDeps): Promise<LlmRole | null> {
  if (!config.llmRole) return null;
  const timing = config.timing.llm;
  const { upstream } = config.llmRole;
  return createLlmRole({
    db,
    keys,
    upstream: upstream ? createUpstream({ ...upstream, timing }) : createEcho(),
    prices: await loadPrices(db),
    metrics,
    log,
    now: () => new Date(),
    newId: randomUUID,
    timing,
  });
}

/** The tenant's limits or key are others by now; null: prices are, or who knows what. */
export function llmChanged(role: LlmRole, db: Db, log: Logger, tenant: BillingAccountId | null): void {
  role.changed(tenant);
  if (tenant !== null) return;
  loadPrices(db).then(role.setPrices, (error: unknown) =>
    log.error({ err: error }, "new prices could not be read; calls go on at the ones before"),
  );
}
