/**
 * Erases a tenant that is being deleted, a step at a time: its accounts at the messengers, what the gateway keeps of it, its rows.
 * How far it has come stands in the database, and each step may be done any number of times: whoever is killed in the
 * midst of one, or finds the gateway away, goes on there.
 */
import type { Logger } from "pino";
import { append } from "../db/audit.ts";
import type { ConnectionKey } from "../db/connections.ts";
import {
  beginDeletion,
  type Deletion,
  erasePerson,
  eraseRows,
  lockTenant,
  memberIds,
  reachStep,
  rememberErased,
  renameMaker,
} from "../db/deletions.ts";
import { eraseChain, moveAudit, renameInAudits } from "../db/erased-audit.ts";
import { recordPlatformAct } from "../db/platform-audit.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import { openAccounts } from "../db/tenant-status.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Pseudonyms } from "../vault/pseudonyms.ts";

export interface DeletionDeps {
  readonly db: Db;
  readonly gateway: Pick<Gateway, "reachable" | "eraseTenant">;
  readonly fingerprints: Pseudonyms;
  /** Has an account reconciled, unless it is under way, which takes it down. */
  readonly nudge: (key: ConnectionKey) => void;
  readonly log: Logger;
}

const DELETION = { kind: "system", id: "deletion" } as const;
/** Audit rows that are rewritten in one transaction. */
const AUDIT_ROWS = 1_000;

/** @returns whether the tenant is gone. @throws AppError: the next look goes on */
export async function eraseTenant(deps: DeletionDeps, deletion: Deletion): Promise<boolean> {
  if (!(await accountsAreGone(deps, deletion))) return false;
  if (deletion.step !== "records") {
    if (!deps.gateway.reachable()) return false;
    await withService(deps.db, (tx) => reachStep(tx, deletion, "gateway"));
    await deps.gateway.eraseTenant(deletion.billingAccountId);
    await withService(deps.db, (tx) => reachStep(tx, deletion, "records"));
  }
  await moveAuditOf(deps, deletion);
  if (!(await eraseRecords(deps, deletion))) return false;
  deps.log.info({ deletion: "done" }, "a tenant was deleted");
  return true;
}

/** They are taken down as every account is that is wished away. */
async function accountsAreGone({ db, nudge }: DeletionDeps, deletion: Deletion): Promise<boolean> {
  const { billingAccountId, name } = deletion;
  const open = await withService(db, async (tx) => {
    // Again, for whoever was still believed to be a member a moment ago may have connected something.
    await beginDeletion(tx, billingAccountId, name);
    return openAccounts(tx, billingAccountId);
  });
  for (const key of open) nudge(key);
  // What came up again after the gateway was cleared has it cleared once more.
  if (open.length > 0 && deletion.step === "records")
    await withService(db, (tx) => reachStep(tx, deletion, "accounts"));
  return open.length === 0;
}

/** The most of it, before all else is erased at once. */
async function moveAuditOf(
  { db, fingerprints }: DeletionDeps,
  { billingAccountId }: Deletion,
): Promise<void> {
  const move = () => withService(db, (tx) => moveAudit(tx, billingAccountId, fingerprints, AUDIT_ROWS));
  while ((await move()) === AUDIT_ROWS);
}

/** All or nothing. False: an account came up again meanwhile. */
function eraseRecords({ db, fingerprints }: DeletionDeps, { billingAccountId }: Deletion): Promise<boolean> {
  return withService(db, async (tx) => {
    await lockTenant(tx, billingAccountId);
    if ((await openAccounts(tx, billingAccountId)).length > 0) return false;
    const erased: string[] = [];
    for (const userId of await memberIds(tx, billingAccountId)) {
      if (await erasePerson(tx, userId)) erased.push(userId);
    }
    for (const userId of erased) {
      await renameInAudits(tx, "subject", userId, fingerprints);
      await renameMaker(tx, userId, fingerprints.pseudonym("subject", userId));
    }
    await append(tx, {
      billingAccountId,
      actor: DELETION,
      action: "tenant.delete",
      channel: null,
      accountId: null,
      outcome: "done",
      meta: null,
    });
    while ((await moveAudit(tx, billingAccountId, fingerprints, AUDIT_ROWS)) === AUDIT_ROWS);
    await eraseChain(tx, billingAccountId, fingerprints);
    await renameInAudits(tx, "tenant", billingAccountId, fingerprints);
    const pseudonym = fingerprints.pseudonym("tenant", billingAccountId);
    await rememberErased(tx, pseudonym);
    for (const userId of erased) {
      const subject = fingerprints.pseudonym("subject", userId);
      await recordPlatformAct(tx, { actor: DELETION, action: "person.erase", subject, meta: null });
    }
    await recordPlatformAct(tx, { actor: DELETION, action: "tenant.erase", subject: pseudonym, meta: null });
    await eraseRows(tx, billingAccountId);
    return true;
  });
}
