/** What the chain of the audit costs whoever writes into it, and how fast the whole of it is verified. */
import { randomBytes } from "node:crypto";
import { type BillingAccountId, billingAccountIdSchema } from "@cogni/contract";
import pg from "pg";
import { verifyAudit } from "../../server/src/audit/verify.ts";
import { append } from "../../server/src/db/audit.ts";
import { createBillingAccount } from "../../server/src/db/billing-accounts.ts";
import { createPools, type Db } from "../../server/src/db/pool.ts";
import { type TenantTx, withService, withTenant } from "../../server/src/db/tenant.ts";
import { Secret } from "../../server/src/secret.ts";
import { createFingerprints } from "../../server/src/vault/fingerprint.ts";
import { type Figure, percentile, perSecond } from "./figures.ts";

const WRITERS = 16;
const MS = 5_000;
/** A table like the audit's of before: no chain, no lock. */
const UNCHAINED = "bench_unchained";

/** @param env of a control plane with the worker's role */
export async function benchAudit(env: NodeJS.ProcessEnv): Promise<Figure[]> {
  const urlOf = (name: string) => new Secret(env[name] ?? "");
  const db = createPools(
    { apiUrl: urlOf("DATABASE_URL"), serviceUrl: urlOf("DATABASE_SERVICE_URL") },
    console,
  );
  const owner = new pg.Client({ connectionString: env.DATABASE_OWNER_URL });
  await owner.connect();
  try {
    await owner.query(
      `CREATE TABLE ${UNCHAINED} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, billing_account_id text, actor jsonb,
         action text, outcome text)`,
    );
    await owner.query(`GRANT INSERT ON ${UNCHAINED} TO PUBLIC`);
    const tenants = await makeTenants(db);
    const one = await writeFor(db, tenants.slice(0, 1), chained);
    const each = await writeFor(db, tenants, chained);
    const bare = await writeFor(db, tenants.slice(0, 1), unchained);
    return [
      {
        what: `audit append a second, ${WRITERS} writers of one tenant`,
        value: said(one),
        beside: `the same transaction into a table without a chain ${said(bare)} (${(one.perSecond / bare.perSecond).toFixed(2)} x of it)`,
      },
      { what: `audit append a second, ${WRITERS} writers, each of a tenant of its own`, value: said(each) },
      await benchVerify(db),
    ];
  } finally {
    await owner.query(`DROP TABLE IF EXISTS ${UNCHAINED}`);
    await owner.end();
    await db.close();
  }
}

interface Rate {
  readonly perSecond: number;
  readonly p99Ms: number;
}

const said = ({ perSecond: rate, p99Ms }: Rate) => `${perSecond(rate)}, p99 ${Math.round(p99Ms)} ms`;

async function makeTenants(db: Db): Promise<BillingAccountId[]> {
  const suffix = randomBytes(3).toString("hex");
  const ids = Array.from({ length: WRITERS }, (_, index) =>
    billingAccountIdSchema.parse(`bench-${suffix}-${index}`),
  );
  await withService(db, async (tx) => {
    for (const id of ids) await createBillingAccount(tx, { id, name: id });
  });
  return ids;
}

async function writeFor(
  db: Db,
  tenants: readonly BillingAccountId[],
  write: (tx: TenantTx) => Promise<unknown>,
): Promise<Rate> {
  const took: number[] = [];
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      const tenant = tenants[writer % tenants.length] as BillingAccountId;
      while (performance.now() - begun < MS) {
        const since = performance.now();
        await withTenant(db, tenant, write);
        took.push(performance.now() - since);
      }
    }),
  );
  return {
    perSecond: took.length / ((performance.now() - begun) / 1_000),
    p99Ms: percentile(took, 0.99),
  };
}

const chained = (tx: TenantTx) =>
  append(tx, {
    billingAccountId: tx.billingAccountId,
    actor: { kind: "person", id: "bench" },
    action: "channel.connect",
    channel: null,
    accountId: null,
    outcome: "requested",
    meta: { requestId: "0f6c3a52-8d0b-4c0e-9a51-3f2b6c1d7e90", remoteAddress: "192.0.2.1" },
  });

const unchained = (tx: TenantTx) =>
  tx.query(
    `INSERT INTO ${UNCHAINED} (billing_account_id, actor, action, outcome) VALUES ($1, $2, 'channel.connect', 'requested')`,
    [tx.billingAccountId, JSON.stringify({ kind: "person", id: "bench" })],
  );

async function benchVerify(db: Db): Promise<Figure> {
  // Nobody was erased, so no seal is asked for.
  const seals = createFingerprints(new Secret<Uint8Array>(randomBytes(32)));
  const begun = performance.now();
  const before = process.memoryUsage().rss;
  let most = before;
  const { rows, chains, findings } = await verifyAudit(db, seals, {
    chain: null,
    logged: null,
    onProgress: () => {
      most = Math.max(most, process.memoryUsage().rss);
    },
  });
  if (findings.length > 0) throw new Error(`the audit is not whole: ${JSON.stringify(findings[0])}`);
  const rate = rows / ((performance.now() - begun) / 1_000);
  return {
    what: `audit verify, ${rows.toLocaleString("en")} rows in ${chains} chains`,
    value: perSecond(rate),
    beside: `the process grew by ${Math.round((most - before) / 2 ** 20)} MB`,
  };
}
