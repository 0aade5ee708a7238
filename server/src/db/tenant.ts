/**
 * The wall, from our side: whoever queries a tenant's tables does so inside `withTenant`, where the database itself
 * shows one tenant's rows. The setting is LOCAL to the transaction, so a pooled connection never carries it over.
 */
import { type BillingAccountId, billingAccountIdSchema } from "@cogni/contract";
import type pg from "pg";
import { SpanKind, traced } from "../telemetry/trace.ts";
import { asDatabaseError } from "./errors.ts";
import type { Db } from "./pool.ts";

const SPAN = { kind: SpanKind.CLIENT, attributes: { "db.system.name": "postgresql" } };

/** Plain values, as pg binds them. */
export type SqlValue = string | number | boolean | Date | Uint8Array | null | readonly SqlValue[];

/** A transaction under way. `Row` names the columns that the SQL beside it selects. */
export interface Tx {
  query<Row extends pg.QueryResultRow = Record<string, never>>(
    sql: string,
    values?: readonly SqlValue[],
  ): Promise<Row[]>;
}

/** Sees and writes the rows of one tenant. */
export interface TenantTx extends Tx {
  readonly billingAccountId: BillingAccountId;
}

/** Sees all tenants, by policies of its own; for the reconcile loop, the watcher, the resolver and the operator. */
export interface ServiceTx extends Tx {
  readonly crossesTenants: true;
}

/** What a query on a tenant's table takes: with no tenant named and no policy of its own, it would see nothing. */
export type WalledTx = TenantTx | ServiceTx;

/**
 * Runs `work` in one transaction of the API role that sees the tenant's rows only; commits when it resolves.
 * Throws what `work` throws, and AppError `database_unavailable`.
 */
export function withTenant<T>(
  db: Db,
  billingAccountId: BillingAccountId,
  work: (tx: TenantTx) => Promise<T>,
): Promise<T> {
  return transaction(db.api, `BEGIN; ${setTenant(billingAccountId)}`, (tx) =>
    work({ ...tx, billingAccountId }),
  );
}

/** Runs `work` in one transaction of the API role that sees no tenant's rows, for what is the installation's own. */
export function withNoTenant<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return transaction(db.api, "BEGIN", work);
}

/** Runs `work` in one transaction of the service role. Throws as `withTenant` does. */
export function withService<T>(db: Db, work: (tx: ServiceTx) => Promise<T>): Promise<T> {
  return transaction(db.service, "BEGIN", (tx) => work({ ...tx, crossesTenants: true }));
}

/** Names the tenant until the transaction ends. The form of the id, parsed again, leaves nothing to escape. */
export function setTenant(billingAccountId: BillingAccountId): string {
  return `SET LOCAL app.billing_account_id = '${billingAccountIdSchema.parse(billingAccountId)}'`;
}

function transaction<T>(pool: pg.Pool, begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return traced("transaction", SPAN, () => runTransaction(pool, begin, work));
}

async function runTransaction<T>(pool: pg.Pool, begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error) => {
    throw asDatabaseError(error);
  });
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on("error", onError);
  try {
    // Not awaited: it travels with the first query of `work`, one round trip less. Should it fail, no tenant is set,
    // the queries behind it see no rows, and its own error is thrown below.
    const begun = client.query(begin);
    begun.catch(() => undefined);
    const result = await work({
      query: async <Row extends pg.QueryResultRow>(sql: string, values: readonly SqlValue[] = []) =>
        (await client.query<Row>(sql, [...values])).rows,
    });
    await begun;
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    throw asDatabaseError(error);
  } finally {
    client.off("error", onError);
    client.release(broken);
  }
}
