/**
 * For when an encryption key is lost for good. What it sealed can't be had back, so it is dropped: those connections
 * ask their tenants for a new credential, and everything else runs on.
 */
import { accountIdOf } from "@cogni/contract";
import { append } from "../db/audit.ts";
import {
  allSealed,
  FIRST_ID,
  forgetCredentials,
  releaseFingerprints,
  type SealedCredential,
} from "../db/credentials.ts";
import type { Db } from "../db/pool.ts";
import {
  deleteRegistrations,
  lockRegistrations,
  registrationsAfter,
  stillWithout,
} from "../db/registrations.ts";
import { type ServiceTx, withService } from "../db/tenant.ts";
import { replaceVaultSecret } from "../db/vault-secrets.ts";
import { replaceLostSecrets } from "./endpoint-secrets.ts";
import { FINGERPRINT_SECRET, fingerprintKeyOpens, sealNewKey } from "./fingerprint.ts";
import { moveConnections } from "./move.ts";
import { openOrNull } from "./open.ts";
import type { Vault } from "./vault.ts";

const BATCH = 200;

export interface Forgotten {
  /** Credentials that were dropped. */
  readonly credentials: number;
  /** Webhook endpoints that were paused, with another secret. */
  readonly webhookSecrets: number;
  /** Whether the fingerprints' key had to be made anew. Running processes must then be restarted. */
  readonly fingerprintKey: boolean;
}

/** Drops whatever no key that is set opens. Throws AppError `database_unavailable`; run again, it goes on. */
export async function forgetUnreadable(db: Db, vault: Vault): Promise<Forgotten> {
  // What an upgrade has yet to move goes first: of what does not open, the old bytes are left.
  await moveConnections(db, vault);
  let credentials = await forgetLeft(db);
  for (let afterId: string | null = FIRST_ID; afterId !== null; ) {
    const from: string = afterId;
    const batch = await withService(db, async (tx) => {
      const rows = await allSealed(tx, from, BATCH);
      const lost = rows.filter((row) => openOrNull(vault, row.sealed, row) === null);
      await forgetAll(tx, lost);
      return { lost: lost.length, lastId: rows.at(-1)?.connectionId ?? null };
    });
    credentials += batch.lost;
    afterId = batch.lastId;
  }
  const webhookSecrets = await replaceLostSecrets(db, vault);
  const fingerprintKey = await withService(db, (tx) => replaceLostFingerprintKey(tx, vault));
  return { credentials, webhookSecrets, fingerprintKey };
}

/** What the move left behind, because it does not open; those that were given another credential since keep that. */
async function forgetLeft(db: Db): Promise<number> {
  let credentials = 0;
  for (let afterId: string | null = FIRST_ID; afterId !== null; ) {
    const from: string = afterId;
    const batch = await withService(db, async (tx) => {
      await lockRegistrations(tx);
      const rows = await registrationsAfter(tx, from, BATCH);
      const ids = rows.map(({ id }) => id);
      const waiting = await stillWithout(tx, ids);
      const lost = rows.filter(({ id }) => waiting.includes(id));
      await forgetAll(
        tx,
        lost.map((row) => ({ ...row, connectionId: row.id })),
      );
      await deleteRegistrations(tx, ids);
      return { lost: lost.length, lastId: ids.at(-1) ?? null };
    });
    credentials += batch.lost;
    afterId = batch.lastId;
  }
  return credentials;
}

async function forgetAll(
  tx: ServiceTx,
  lost: readonly Pick<SealedCredential, "connectionId" | "billingAccountId" | "channel">[],
): Promise<void> {
  if (lost.length === 0) return;
  await forgetCredentials(
    tx,
    lost.map((row) => row.connectionId),
  );
  for (const { billingAccountId, channel } of lost) {
    await append(tx, {
      billingAccountId,
      actor: { kind: "system", id: "ops" },
      action: "credential.forget",
      channel,
      accountId: channel && accountIdOf(billingAccountId),
      outcome: "credential_unreadable",
      meta: null,
    });
  }
}

async function replaceLostFingerprintKey(tx: ServiceTx, vault: Vault): Promise<boolean> {
  if ((await fingerprintKeyOpens(tx, vault)) !== false) return false;
  await replaceVaultSecret(tx, FINGERPRINT_SECRET, sealNewKey(vault), vault.currentKeyId);
  await releaseFingerprints(tx);
  return true;
}
