/** What tenants' agents are told to be, and what of it the gateway has. */
import type { BillingAccountId } from "@cogni/contract";
import type { ServiceTx, TenantTx } from "./tenant.ts";

export interface AgentTexts {
  readonly instructions: string;
  readonly greeting: string;
  /** Null: the operator's default. */
  readonly model: string | null;
}

export interface AgentRow extends AgentTexts {
  readonly version: number;
  /** The one that the gateway was last seen to have. */
  readonly appliedVersion: number | null;
  readonly changedAt: Date;
}

const COLUMNS = `a.instructions, a.greeting, a.model, a.version, a.applied_version AS "appliedVersion",
  a.changed_at AS "changedAt"`;

/** The tenant's; null: never changed. */
export async function ownAgent(tx: TenantTx): Promise<AgentRow | null> {
  const rows = await tx.query<AgentRow>(`SELECT ${COLUMNS} FROM agents a`);
  return rows[0] ?? null;
}

/** Which models the operator offers where the tenant is placed, the default first. */
export async function offeredModels(tx: TenantTx): Promise<readonly string[]> {
  const rows = await tx.query<{ models: string[] }>(
    "SELECT g.models FROM gateways g JOIN placements p ON p.gateway_id = g.id",
  );
  return rows[0]?.models ?? [];
}

/** Null: `version` is not the one that stands. */
export async function changeAgent(
  tx: TenantTx,
  { instructions, greeting, model }: AgentTexts,
  version: number,
): Promise<AgentRow | null> {
  const rows = await tx.query<AgentRow>(
    `INSERT INTO agents AS a (billing_account_id, instructions, greeting, model)
     SELECT $1, $2, $3, $4 WHERE $5 = 0 OR EXISTS (SELECT FROM agents)
     ON CONFLICT (billing_account_id) DO UPDATE SET instructions = $2, greeting = $3, model = $4,
       version = a.version + 1, changed_at = now() WHERE a.version = $5
     RETURNING ${COLUMNS}`,
    [tx.billingAccountId, instructions, greeting, model, version],
  );
  return rows[0] ?? null;
}

export interface PlacedAgent extends AgentRow {
  readonly billingAccountId: BillingAccountId;
}

/** All that is told to agents on a gateway; one whose tenant is being deleted is told nothing any more. */
export function agentsOnGateway(tx: ServiceTx, gatewayId: string): Promise<PlacedAgent[]> {
  return tx.query<PlacedAgent>(
    `SELECT a.billing_account_id AS "billingAccountId", ${COLUMNS}
     FROM agents a JOIN placements p ON p.billing_account_id = a.billing_account_id
     JOIN billing_accounts b ON b.id = a.billing_account_id
     WHERE p.gateway_id = $1 AND b.status <> 'deleting' ORDER BY a.billing_account_id`,
    [gatewayId],
  );
}

/** The gateway has it, or is known not to. False: it was changed meanwhile. */
export async function recordApplied(
  tx: ServiceTx,
  { billingAccountId, version }: Pick<PlacedAgent, "billingAccountId" | "version">,
  applied: boolean,
): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE agents SET applied_version = $3 WHERE billing_account_id = $1 AND version = $2
     RETURNING billing_account_id`,
    [billingAccountId, version, applied ? version : null],
  );
  return rows.length > 0;
}
