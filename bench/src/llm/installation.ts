/** A database of the bench's own, on a disk that keeps what it was told, and a tenant with a budget. */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { billingAccountIdSchema } from "@cogni/contract";
import pg from "pg";
import { DATABASE, startPostgres } from "../../../dev-env/src/postgres.ts";
import { createBillingAccount } from "../../../server/src/db/billing-accounts.ts";
import { upsertGateway } from "../../../server/src/db/gateways.ts";
import { migrate } from "../../../server/src/db/migrate.ts";
import { createPools } from "../../../server/src/db/pool.ts";
import { withService } from "../../../server/src/db/tenant.ts";
import { Secret } from "../../../server/src/secret.ts";
import { loadFingerprints } from "../../../server/src/vault/fingerprint.ts";
import { createVault } from "../../../server/src/vault/vault.ts";

const TENANT = billingAccountIdSchema.parse("bench");
const GATEWAY = "shared";
/** A million dollars: it is to be held, not to be reached. */
const BUDGET = 10n ** 15n;

export interface Installation {
  /** For a process with the role `llm`. */
  readonly env: NodeJS.ProcessEnv;
  readonly key: string;
  /** Calls that are written down, and what they cost by the rows and by the budget. */
  billed(): Promise<{ calls: number; cost: bigint; taken: bigint }>;
  stop(): Promise<void>;
}

export async function startInstallation(): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), "cogni-bench-llm-"));
  // Root runs the server as another user, who has to pass through here.
  chmodSync(folder, 0o755);
  const postgres = await startPostgres({ dataDir: join(folder, "postgres"), log: () => undefined });
  const [apiUrl, serviceUrl] = [new Secret(postgres.apiUrl), new Secret(postgres.serviceUrl)];
  const roleOf = (url: string) => decodeURIComponent(new URL(url).username);
  await migrate({
    ownerUrl: new Secret(postgres.ownerUrl),
    apiRole: roleOf(postgres.apiUrl),
    serviceRole: roleOf(postgres.serviceUrl),
    log: () => undefined,
  });
  const db = createPools({ apiUrl, serviceUrl }, console);
  const encryptionKey = randomBytes(32).toString("base64");
  const fingerprints = await loadFingerprints(
    db,
    createVault({ current: new Secret(encryptionKey), previous: [] }),
  );
  await withService(db, async (tx) => {
    await upsertGateway(tx, {
      id: GATEWAY,
      url: "ws://127.0.0.1:1",
      tokenHash: randomBytes(32),
      models: ["echo"],
    });
    await createBillingAccount(tx, { id: TENANT, name: "Bench" });
    await tx.query("INSERT INTO limits (billing_account_id, day_nano, month_nano) VALUES ($1, $2, $2)", [
      TENANT,
      String(BUDGET),
    ]);
    await tx.query(
      `INSERT INTO model_prices (model, valid_from, input_nano, output_nano, source)
       VALUES ('echo', '2020-01-01', 1000000000, 2000000000, 'bench') ON CONFLICT DO NOTHING`,
    );
  });
  await db.close();
  const behind = new pg.Client({
    connectionString: Object.assign(new URL(postgres.superuserUrl), { pathname: `/${DATABASE}` }).href,
  });
  await behind.connect();
  return {
    env: { DATABASE_URL: postgres.apiUrl, CHANNEL_ENCRYPTION_KEY: encryptionKey, LLM_API_KEY: "none" },
    key: fingerprints.llmKeys.keyOf({ billingAccountId: TENANT, gatewayId: GATEWAY, version: 1 }).reveal(),
    async billed() {
      const { rows } = await behind.query<{ calls: string; cost: string; taken: string }>(
        `SELECT count(*) AS calls, coalesce(sum(cost_nano), 0) AS cost,
           (SELECT coalesce(sum(used), 0) FROM quotas WHERE name = 'day_budget') AS taken FROM usage_events`,
      );
      const [row] = rows;
      return { calls: Number(row?.calls), cost: BigInt(row?.cost ?? 0), taken: BigInt(row?.taken ?? 0) };
    },
    async stop() {
      await behind.end();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
