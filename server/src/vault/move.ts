/**
 * Moves what channel_registrations holds into connections. A credential is sealed for its row's address, which changes, so this
 * takes the keys and is no migration. In batches of one transaction each: killed at any point, all of a batch has moved or
 * none of it, and the next run goes on there. A row is deleted only when its new one, read back, has been opened.
 */
import { isDeepStrictEqual } from "node:util";
import { providerOf } from "../db/connections.ts";
import { FIRST_ID } from "../db/credentials.ts";
import type { Db } from "../db/pool.ts";
import {
  copiedCredentials,
  copyRegistrations,
  deleteRegistrations,
  isUnreadable,
  lockRegistrations,
  type Registration,
  type Resealed,
  registrationsAfter,
} from "../db/registrations.ts";
import { type ServiceTx, withService } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { openOrNull } from "./open.ts";
import type { RegistrationAad, Vault } from "./vault.ts";

/** How many rows one transaction moves; an interruption loses at most these. */
const BATCH = 200;

export interface MoveProgress {
  /** Rows that are in the new table alone by now, moved in this run. */
  readonly moved: number;
  /** Moved without their credentials, which no key opens: what was sealed stays in the old table. */
  readonly unreadable: number;
}

interface Opened extends Resealed {
  readonly plain: object | null;
}

/**
 * Any number of processes may run it at once.
 * @param onProgress called after each batch
 * @throws AppError database_unavailable; internal_error if a row that was just sealed does not open, which moves nothing of its
 *   batch
 */
export async function moveConnections(
  db: Db,
  vault: Vault,
  onProgress: (progress: MoveProgress) => void = () => undefined,
  batchSize = BATCH,
): Promise<MoveProgress> {
  let progress: MoveProgress = { moved: 0, unreadable: 0 };
  for (let afterId: string | null = FIRST_ID; afterId !== null; ) {
    const from: string = afterId;
    const batch = await withService(db, (tx) => moveBatch(tx, vault, from, batchSize));
    progress = { moved: progress.moved + batch.moved, unreadable: progress.unreadable + batch.unreadable };
    if (batch.lastId !== null) onProgress(progress);
    afterId = batch.lastId;
  }
  return progress;
}

async function moveBatch(tx: ServiceTx, vault: Vault, afterId: string, limit: number) {
  await lockRegistrations(tx);
  const rows = (await registrationsAfter(tx, afterId, limit)).map((row) => reseal(vault, row));
  const done = rows.filter((row) => !isUnreadable(row)).map(({ id }) => id);
  if (rows.length > 0) {
    await copyRegistrations(tx, afterId, rows);
    await proveCopied(tx, vault, rows);
    await deleteRegistrations(tx, done);
  }
  return { moved: done.length, unreadable: rows.length - done.length, lastId: rows.at(-1)?.id ?? null };
}

function reseal(vault: Vault, row: Registration): Opened {
  const plain = row.sealed && openOrNull(vault, row.sealed, registrationAad(row));
  const resealed = plain && {
    sealed: vault.seal(plain, connectionAad(row)),
    keyId: vault.currentKeyId,
  };
  return { ...row, plain, resealed };
}

/** One that its tenant replaced since it was first found unreadable has nothing to prove. */
async function proveCopied(tx: ServiceTx, vault: Vault, rows: readonly Opened[]): Promise<void> {
  const copied = await copiedCredentials(
    tx,
    rows.map(({ id }) => id),
  );
  for (const row of rows) {
    const found = copied.get(row.id);
    if (!found) throw lost(row);
    if (row.plain === null || found.version !== row.version) continue;
    const plain = found.sealed && openOrNull(vault, found.sealed, connectionAad(row));
    if (!isDeepStrictEqual(plain, row.plain)) throw lost(row);
  }
}

function lost({ id }: Registration): AppError {
  return new AppError("internal_error", { cause: new Error(`${id} does not open where it was moved to`) });
}

/** What a registration was sealed for. */
export function registrationAad({ id, billingAccountId, channel }: Registration): RegistrationAad {
  return { billingAccountId, registrationId: id, channel };
}

function connectionAad({ id, billingAccountId, channel }: Registration) {
  return { billingAccountId, connectionId: id, provider: providerOf(channel) };
}

/** At start-up, as far as it can be done. @throws as `moveConnections` does */
export async function moveAllConnections(db: Db, vault: Vault, log: Logger): Promise<void> {
  const { unreadable } = await moveConnections(db, vault, (progress) =>
    log.info(progress, "moving connections to their new table"),
  );
  if (unreadable > 0)
    log.error(
      { unreadable },
      "credentials do not open: their tenants are asked for new ones (npm run ops -- doctor)",
    );
}
