/** What a move of connections has before it, or has left: counts of both tables, and which credentials open. Writes nothing. */
import { FIRST_ID } from "../db/credentials.ts";
import type { Db } from "../db/pool.ts";
import {
  countConnections,
  countRegistrations,
  registrationsAfter,
  type Source,
  type TableCount,
} from "../db/registrations.ts";
import { type ServiceTx, withService } from "../db/tenant.ts";
import { registrationAad } from "./move.ts";
import { openOrNull } from "./open.ts";
import type { Vault } from "./vault.ts";

export interface Survey {
  /** By type of credential, as the old table called them. */
  readonly registrations: readonly TableCount[];
  /** Of channels, by type of credential. */
  readonly connections: readonly TableCount[];
  /** Credentials in the old table that no key opens. */
  readonly unreadable: number;
}

/** How many rows are held at once. */
const BATCH = 200;

/**
 * At one moment: what others write meanwhile is not seen.
 * @param source the table itself in a database that is yet to be brought to this version; it has no new table either
 */
export function surveyConnections(db: Db, vault: Vault, source: Source): Promise<Survey> {
  return withService(db, async (tx) => {
    await tx.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    return {
      registrations: await countRegistrations(tx, source),
      connections: source === "table" ? [] : await countConnections(tx),
      unreadable: await countUnreadable(tx, vault, source),
    };
  });
}

async function countUnreadable(tx: ServiceTx, vault: Vault, source: Source): Promise<number> {
  let unreadable = 0;
  for (let afterId: string | null = FIRST_ID; afterId !== null; ) {
    const rows = await registrationsAfter(tx, afterId, BATCH, source);
    unreadable += rows.filter(
      (row) => row.sealed && openOrNull(vault, row.sealed, registrationAad(row)) === null,
    ).length;
    afterId = rows.at(-1)?.id ?? null;
  }
  return unreadable;
}
