/**
 * What the platform's administrators see and change across tenants, by the functions of access.sql that are made for it. Each
 * asks whether the session is an administrator's, and answers as if there were nothing where it is not.
 */
import type { BillingAccountId, BillingAccountStatus, StateCounts, TenantsQuery } from "@cogni/contract";
import type { TenantTx, Tx } from "./tenant.ts";

export interface GatewayRow {
  readonly id: string;
  readonly address: string;
  readonly reachable: boolean;
  readonly observedAt: Date | null;
  readonly leaseHolder: string | null;
  readonly leaseUntil: Date | null;
  readonly capacity: number;
  readonly draining: boolean;
  readonly tenants: number;
  readonly connections: StateCounts;
}

export function gatewaysOfOperator(tx: Tx, sessionId: string): Promise<GatewayRow[]> {
  return tx.query<GatewayRow & Record<string, unknown>>(
    `SELECT id, address, reachable, observed_at AS "observedAt", lease_holder AS "leaseHolder",
       lease_until AS "leaseUntil", capacity, draining, tenants, connections
     FROM operator_gateways($1) ORDER BY id`,
    [sessionId],
  );
}

/** False where there is no such gateway. */
export async function drainGateway(
  tx: Tx,
  sessionId: string,
  gateway: string,
  draining: boolean,
): Promise<boolean> {
  const rows = await tx.query<{ found: boolean }>("SELECT operator_drain($1, $2, $3) AS found", [
    sessionId,
    gateway,
    draining,
  ]);
  return rows[0]?.found ?? false;
}

export interface TenantRow {
  readonly id: BillingAccountId;
  readonly name: string;
  readonly status: BillingAccountStatus;
  readonly gateway: string | null;
  readonly createdAt: Date;
  readonly members: number;
  readonly connections: StateCounts;
}

/** By id; at most `limit` of them. */
export function tenantsOfOperator(
  tx: Tx,
  sessionId: string,
  { after, limit, search, status, gateway }: TenantsQuery,
): Promise<TenantRow[]> {
  return tx.query<TenantRow & Record<string, unknown>>(
    `SELECT id, name, status, gateway_id AS gateway, created_at AS "createdAt", members, connections
     FROM operator_tenants($1, $2, $3, $4, $5, $6) ORDER BY id`,
    [sessionId, after ?? null, limit, search || null, status ?? null, gateway ?? null],
  );
}

/** Makes the tenant of this transaction, and gives it a place where there is room. False where there is one of its id. */
export async function createTenantOfOperator(
  tx: TenantTx,
  sessionId: string,
  name: string,
): Promise<boolean> {
  const rows = await tx.query<{ made: boolean }>("SELECT operator_create_tenant($1, $2, $3) AS made", [
    sessionId,
    tx.billingAccountId,
    name,
  ]);
  return rows[0]?.made ?? false;
}
