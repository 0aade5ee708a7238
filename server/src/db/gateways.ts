/** The gateways: where they are, how they prove who they are, who holds the lease on each, and when it was last seen. */
import { takeOverTokens } from "./gateway-tokens.ts";
import { notifyLease } from "./notify.ts";
import type { ServiceTx, Tx } from "./tenant.ts";

export interface GatewaySettings {
  readonly id: string;
  readonly url: string;
  /** SHA-256 of the gateway's token. */
  readonly tokenHash: Uint8Array;
  /** Of the one before, where the settings name it. */
  readonly previousTokenHash?: Uint8Array | null;
  /** What the operator offers, the default first. */
  readonly models: readonly string[];
}

/** Of this database; a gateway carries it, and is another's if it carries another. */
export async function installationId(tx: Tx): Promise<string> {
  const rows = await tx.query<{ id: string }>("SELECT id FROM installation");
  return rows[0]?.id ?? "";
}

/**
 * Writes down the gateway that the settings name; its lease and capacity stay as they are.
 * @returns false: its token is one that was replaced, see gateway-tokens.ts
 */
export async function upsertGateway(tx: ServiceTx, gateway: GatewaySettings): Promise<boolean> {
  const { id, url, tokenHash, previousTokenHash = null, models } = gateway;
  await tx.query(
    `INSERT INTO gateways (id, url, token_hash, models, installation_id) SELECT $1, $2, $3, $4, id FROM installation
     ON CONFLICT (id) DO UPDATE SET url = excluded.url, models = excluded.models`,
    [id, url, tokenHash, models],
  );
  return takeOverTokens(tx, id, { current: tokenHash, previous: previousTokenHash });
}

/** Whether all gateways answer, as far as anyone watches; for any role. */
export async function allReachable(tx: Tx): Promise<boolean> {
  const rows = await tx.query<{ reachable: boolean }>(
    `SELECT bool_and(g.reachable AND coalesce(${WATCHED}, false)) AS reachable FROM gateways g`,
  );
  return rows[0]?.reachable ?? false;
}

/**
 * Whether what was last written of a gateway can still be believed: somebody watches it, or did a moment ago. The
 * grace lets one process hand over to the next without every account of the gateway turning unknown meanwhile.
 */
export const WATCHED = "(g.lease_until > clock_timestamp() - interval '15 seconds')";

/**
 * Takes the lease, or renews one's own, for `leaseMs` from now by the database's clock. False: another holds it. What a
 * predecessor saw is believed until the first look of one's own, if it was seen a moment ago; anything may have
 * happened since otherwise. A lease that ends later than any that is given now is from before the database's clock was put
 * back: to wait for its end could take hours, and whoever holds it finds out at its next look.
 */
export async function acquireLease(
  tx: ServiceTx,
  gatewayId: string,
  holder: string,
  leaseMs: number,
): Promise<boolean> {
  const rows = await tx.query(
    `UPDATE gateways g SET lease_holder = $2, lease_until = clock_timestamp() + $3 * interval '1 millisecond',
       reachable = reachable AND (lease_holder = $2 OR observed_at > clock_timestamp() - interval '10 seconds') IS TRUE
     WHERE id = $1 AND (lease_holder = $2 OR lease_until IS NULL OR lease_until < clock_timestamp()
       OR lease_until > clock_timestamp() + $4 * interval '1 millisecond') RETURNING id`,
    [gatewayId, holder, leaseMs, 2 * leaseMs],
  );
  return rows.length > 0;
}

/** Gives one's own lease back, so that the next need not wait for its end, and tells whoever stands by. */
export async function releaseLease(tx: ServiceTx, gatewayId: string, holder: string): Promise<void> {
  const released = await tx.query(
    `UPDATE gateways SET lease_holder = NULL, lease_until = clock_timestamp() WHERE id = $1 AND lease_holder = $2
     RETURNING id`,
    [gatewayId, holder],
  );
  if (released.length > 0) await notifyLease(tx, gatewayId);
}

export interface GatewayLease {
  /** Who reconciles and watches it; null: nobody now. */
  readonly holder: string | null;
  readonly reachable: boolean;
  readonly observedAt: Date | null;
}

/** Who holds the lease on the gateway now, and when it was last looked at; null: there is no such gateway. */
export async function gatewayLease(tx: ServiceTx, gatewayId: string): Promise<GatewayLease | null> {
  const rows = await tx.query<GatewayLease & { holder: string | null }>(
    `SELECT CASE WHEN lease_until > clock_timestamp() THEN lease_holder END AS holder, reachable, observed_at AS "observedAt"
     FROM gateways WHERE id = $1`,
    [gatewayId],
  );
  return rows[0] ?? null;
}

/** When the gateway was last looked at, by whichever process; null: never. */
export async function lastLook(tx: ServiceTx, gatewayId: string): Promise<Date | null> {
  const rows = await tx.query<{ at: Date | null }>("SELECT observed_at AS at FROM gateways WHERE id = $1", [
    gatewayId,
  ]);
  return rows[0]?.at ?? null;
}

/** Whether the gateway answers; written by the holder of its lease only. False: that is another by now. */
export async function recordReachable(
  tx: ServiceTx,
  gatewayId: string,
  holder: string,
  reachable: boolean,
): Promise<boolean> {
  const rows = await tx.query(
    "UPDATE gateways SET reachable = $3 WHERE id = $1 AND lease_holder = $2 RETURNING id",
    [gatewayId, holder, reachable],
  );
  return rows.length > 0;
}

export interface GatewayOverview {
  readonly id: string;
  readonly url: string;
  readonly reachable: boolean;
  readonly observedAt: Date | null;
  readonly leaseHolder: string | null;
  readonly leaseUntil: Date | null;
  readonly tenants: number;
  readonly accounts: number;
  readonly unsettled: number;
  readonly capacity: number;
}

/** For the operator. */
export function listGateways(tx: ServiceTx): Promise<GatewayOverview[]> {
  return tx.query<GatewayOverview>(
    `SELECT g.id, g.url, g.reachable, g.observed_at AS "observedAt", g.lease_holder AS "leaseHolder",
       g.lease_until AS "leaseUntil", count(DISTINCT p.billing_account_id)::integer AS tenants,
       count(c.id)::integer AS accounts,
       count(c.id) FILTER (WHERE c.settled_generation IS DISTINCT FROM c.generation)::integer AS unsettled, g.capacity
     FROM gateways g LEFT JOIN placements p ON p.gateway_id = g.id
     LEFT JOIN connections c ON c.billing_account_id = p.billing_account_id AND c.channel IS NOT NULL
       AND c.revoked_at IS NULL
     GROUP BY g.id ORDER BY g.id`,
  );
}
