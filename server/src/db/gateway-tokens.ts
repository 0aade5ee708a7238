/** By which tokens a gateway proves itself: by its SHA-256 the one of the settings, and the one before while they change. */
import type { ServiceTx } from "./tenant.ts";

export interface TokenHashes {
  readonly current: Uint8Array;
  /** The one that the settings name beside it; null: none. */
  readonly previous: Uint8Array | null;
}

export interface KnownTokens extends TokenHashes {
  /** Whether the one before is accepted now. */
  readonly previousAccepted: boolean;
}

/** Null: there is no such gateway yet. */
export async function knownTokens(tx: ServiceTx, gatewayId: string): Promise<KnownTokens | null> {
  const rows = await tx.query<KnownTokens & { current: Buffer; previous: Buffer | null }>(
    `SELECT token_hash AS current, previous_token_hash AS previous, previous_token_hash IS NOT NULL
       AND coalesce(previous_token_until > clock_timestamp(), true) AS "previousAccepted"
     FROM gateways WHERE id = $1`,
    [gatewayId],
  );
  return rows[0] ?? null;
}

/**
 * Takes over what the settings say. A token that they name as the one before, and that was current until now, is accepted
 * beside the new one; one whose rotation has ended does not come back by a process that starts with its settings unchanged.
 * @returns false: the settings are outdated, and name as the token what was replaced; nothing was changed
 */
export async function takeOverTokens(
  tx: ServiceTx,
  gatewayId: string,
  { current, previous }: TokenHashes,
): Promise<boolean> {
  const rows = await tx.query<{ isCurrent: boolean }>(
    `UPDATE gateways g SET
       token_hash = CASE WHEN outdated THEN g.token_hash ELSE $2 END,
       previous_token_hash = CASE WHEN same OR outdated THEN g.previous_token_hash ELSE $3 END,
       previous_token_until = CASE WHEN same OR outdated THEN g.previous_token_until END
     FROM (SELECT id, token_hash = $2 AS same,
         (previous_token_hash = $2 AND token_hash IS DISTINCT FROM $3::bytea) IS TRUE AS outdated
       FROM gateways WHERE id = $1 FOR UPDATE) known
     WHERE g.id = known.id RETURNING NOT outdated AS "isCurrent"`,
    [gatewayId, current, previous],
  );
  return rows[0]?.isCurrent ?? false;
}

/** From `afterMs` on the gateway's token of before is accepted no more. */
export async function retirePreviousToken(tx: ServiceTx, gatewayId: string, afterMs: number): Promise<void> {
  await tx.query(
    "UPDATE gateways SET previous_token_until = clock_timestamp() + $2 * interval '1 millisecond' WHERE id = $1",
    [gatewayId, afterMs],
  );
}

/** The gateway that this token's SHA-256 belongs to, or null. */
export async function gatewayByTokenHash(tx: ServiceTx, tokenHash: Uint8Array): Promise<string | null> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM gateways WHERE token_hash = $1
       OR previous_token_hash = $1 AND coalesce(previous_token_until > clock_timestamp(), true)`,
    [tokenHash],
  );
  return rows[0]?.id ?? null;
}
