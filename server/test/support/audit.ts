/** The audit in tests: rows to write, and the hand of someone who has the database and no scruples. */
import type { BillingAccountId } from "@cogni/contract";
import type { LoggedHeads } from "../../src/audit/logged-heads.ts";
import { type Finding, verifyAudit } from "../../src/audit/verify.ts";
import { type AuditEntry, append } from "../../src/db/audit.ts";
import { recordPlatformAct } from "../../src/db/platform-audit.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { channelsDeps } from "./channels.ts";
import { asSuperuser, CHANNEL, type TestDatabase } from "./database.ts";

export const { fingerprints: seals } = channelsDeps(null as never);

export function entry(billingAccountId: BillingAccountId, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    billingAccountId,
    actor: { kind: "person", id: "ann" },
    action: "channel.connect",
    channel: CHANNEL,
    accountId: `tenant-${billingAccountId}`,
    outcome: "requested",
    meta: { requestId: "request-1", remoteAddress: "192.0.2.7" },
    ...more,
  };
}

/** One after the other, as requests would. */
export async function write(
  database: TestDatabase,
  tenant: BillingAccountId,
  count: number,
  more: Partial<AuditEntry> = {},
): Promise<void> {
  for (let row = 0; row < count; row += 1) {
    await withTenant(database.db, tenant, (tx) => append(tx, entry(tenant, more)));
  }
}

export async function actOnPlatform(database: TestDatabase, subject = "shared"): Promise<void> {
  const actor = { kind: "person", id: "olga" } as const;
  await withService(database.db, (tx) =>
    recordPlatformAct(tx, { actor, action: "gateway.drain", subject, meta: null }),
  );
}

/** What `ops audit verify` finds. */
export async function findings(
  database: TestDatabase,
  { chain = null, logged = null }: { chain?: string | null; logged?: LoggedHeads | null } = {},
): Promise<readonly Finding[]> {
  const onProgress = () => undefined;
  return (await verifyAudit(database.db, seals, { chain, logged, onProgress })).findings;
}

/** Rehashes a chain from a row on, head included, as whoever knows how it is done would. */
export async function rehash(database: TestDatabase, tenant: BillingAccountId, from: number): Promise<void> {
  await asSuperuser(
    database,
    `DO $$
      DECLARE
        head audit_heads;
        entry record;
        before bytea;
      BEGIN
        SELECT * INTO head FROM audit_heads WHERE chain = 'tenant/${tenant}';
        before := coalesce((SELECT hash FROM audit_log WHERE billing_account_id = '${tenant}' AND seq = ${from} - 1),
          head.anchor_hash);
        FOR entry IN SELECT * FROM audit_log WHERE billing_account_id = '${tenant}' AND seq >= ${from} ORDER BY seq LOOP
          before := audit_hash(head.genesis, before, entry.seq, entry.at, entry.actor->>'kind', entry.action, entry.channel,
            entry.outcome, entry.commitments);
          UPDATE audit_log a SET hash = before WHERE a.id = entry.id;
        END LOOP;
        UPDATE audit_heads SET seq = entry.seq, hash = before WHERE chain = head.chain;
      END
    $$`,
  );
}

/** Makes the tenant's rows older than they are, as if they had been written so. */
export async function age(
  database: TestDatabase,
  tenant: BillingAccountId,
  days: readonly number[],
): Promise<void> {
  for (const [index, ago] of days.entries()) {
    await asSuperuser(
      database,
      "UPDATE audit_log SET at = at - make_interval(secs => $2 * 86400.0) WHERE billing_account_id = $1 AND seq = $3",
      [tenant, ago, index + 1],
    );
  }
  await rehash(database, tenant, 1);
}
