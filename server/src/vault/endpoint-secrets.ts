/** The secrets of webhook endpoints over the life of the encryption keys: resealed with the current one, or lost with one. */
import { randomBytes } from "node:crypto";
import { append } from "../db/audit.ts";
import { FIRST_ID } from "../db/credentials.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import {
  pauseLost,
  replaceSealedEndpoints,
  type SealedEndpoint,
  sealedEndpoints,
} from "../db/webhook-secrets.ts";
import { Secret } from "../secret.ts";
import { openOrNull } from "./open.ts";
import type { EndpointAad, Vault } from "./vault.ts";

const BATCH = 200;

/** 192 random bits, in the form that libraries for receivers take. */
export function newEndpointSecret(): Secret {
  return new Secret(`whsec_${randomBytes(24).toString("base64")}`);
}

export function sealEndpointSecret(
  vault: Vault,
  secret: Secret,
  { billingAccountId, endpointId }: EndpointAad,
): Uint8Array {
  return vault.seal({ secret: secret.reveal() }, { billingAccountId, endpointId });
}

/** Everything under the current key that some key opens. How many endpoints were, and how many were not for want of their key. */
export async function rotateEndpointSecrets(
  db: Db,
  vault: Vault,
): Promise<{ resealed: number; unreadable: number }> {
  let [resealed, unreadable] = [0, 0];
  for (let afterId: string | null = FIRST_ID; afterId !== null; ) {
    const from: string = afterId;
    afterId = await withService(db, async (tx) => {
      const rows = await sealedEndpoints(tx, vault.currentKeyId, from, BATCH);
      const fresh = rows.flatMap((row) => reseal(vault, row) ?? []);
      if (fresh.length > 0) await replaceSealedEndpoints(tx, vault.currentKeyId, fresh);
      resealed += fresh.length;
      unreadable += rows.length - fresh.length;
      return rows.at(-1)?.endpointId ?? null;
    });
  }
  return { resealed, unreadable };
}

/**
 * Those whose secret no key opens get another one, which nobody has been told, and are paused until somebody has rotated it and
 * resumed them. How many there were.
 */
export async function replaceLostSecrets(db: Db, vault: Vault): Promise<number> {
  let replaced = 0;
  for (let afterId: string | null = FIRST_ID; afterId !== null; ) {
    const from: string = afterId;
    afterId = await withService(db, async (tx) => {
      const rows = await sealedEndpoints(tx, null, from, BATCH);
      const lost = rows.filter((row) => openOrNull(vault, row.sealed, addressOf(row)) === null);
      const fresh = lost.map((row) => ({
        ...row,
        sealed: sealEndpointSecret(vault, newEndpointSecret(), row),
        previous: null,
      }));
      if (lost.length > 0) {
        await replaceSealedEndpoints(tx, vault.currentKeyId, fresh);
        await pauseLost(
          tx,
          lost.map(({ endpointId }) => endpointId),
        );
      }
      for (const { billingAccountId, endpointId } of lost) {
        await append(tx, {
          billingAccountId,
          actor: { kind: "system", id: "ops" },
          action: "webhook.pause",
          channel: null,
          accountId: null,
          subject: endpointId,
          outcome: "secret_lost",
          meta: null,
        });
      }
      replaced += lost.length;
      return rows.at(-1)?.endpointId ?? null;
    });
  }
  return replaced;
}

/** Null where the present secret does not open; a previous one that does not is over. */
function reseal(vault: Vault, row: SealedEndpoint): SealedEndpoint | null {
  const aad = addressOf(row);
  const again = (sealed: Uint8Array | null) => {
    const plain = sealed && openOrNull(vault, sealed, aad);
    return plain && vault.seal(plain, aad);
  };
  const sealed = again(row.sealed);
  return sealed && { ...row, sealed, previous: again(row.previous) };
}

function addressOf({ billingAccountId, endpointId }: SealedEndpoint): EndpointAad {
  return { billingAccountId, endpointId };
}
