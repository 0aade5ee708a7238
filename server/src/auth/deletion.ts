/**
 * Begins the deletion of a tenant, by whoever may and types its name. From that moment nothing of it can be used; the rest is
 * erased by the worker (reconcile/deletions.ts), and can't be stopped.
 */
import type { BillingAccountId } from "@cogni/contract";
import { append, type RequestMeta } from "../db/audit.ts";
import { beginDeletion, beginDeletionBy, beginOwnDeletion } from "../db/deletions.ts";
import { notifyTenant } from "../db/notify.ts";
import { type PlatformAct, recordPlatformAct } from "../db/platform-audit.ts";
import type { Db } from "../db/pool.ts";
import { type Tx, type WalledTx, withService, withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { Pseudonyms } from "../vault/pseudonyms.ts";
import type { Principal } from "./principal.ts";

export interface DeletionWish {
  readonly billingAccountId: BillingAccountId;
  /** As it was typed. */
  readonly name: string;
}

type By = Pick<PlatformAct, "actor" | "meta">;

/** @throws AppError invalid_request (another name, or no such tenant) */
export function deleteByOperator(db: Db, wish: DeletionWish): Promise<void> {
  const by: By = { actor: { kind: "system", id: "operator" }, meta: null };
  return withService(db, async (tx) =>
    begun(tx, wish, by, await beginDeletion(tx, wish.billingAccountId, wish.name)),
  );
}

/** @throws AppError as `deleteByOperator` does */
export function deleteByAdministrator(
  db: Db,
  { id: sessionId, userId }: { readonly id: string; readonly userId: string },
  wish: DeletionWish,
  meta: RequestMeta,
): Promise<void> {
  const by: By = { actor: { kind: "person", id: userId }, meta };
  return withTenant(db, wish.billingAccountId, async (tx) =>
    begun(tx, wish, by, await beginDeletionBy(tx, sessionId, wish.name)),
  );
}

/** @throws AppError forbidden (for anyone but an owner), invalid_request */
export function deleteByOwner(
  db: Db,
  { billingAccountId, role, actor }: Principal,
  name: string,
  meta: RequestMeta,
): Promise<void> {
  if (role !== "owner") throw new AppError("forbidden", { detail: "Only an owner may delete the account." });
  const by: By = { actor: { kind: "person", id: actor.id }, meta };
  return withTenant(db, billingAccountId, async (tx) =>
    begun(tx, { billingAccountId, name }, by, await beginOwnDeletion(tx, name)),
  );
}

async function begun(tx: WalledTx, { billingAccountId }: DeletionWish, by: By, is: boolean): Promise<void> {
  if (!is) {
    const message = "is not the name of this account, letter by letter";
    const detail = "What was typed is not the name of this account.";
    throw new AppError("invalid_request", { detail, errors: [{ path: "name", message }] });
  }
  const action = "tenant.delete";
  const none = { channel: null, accountId: null };
  await append(tx, { ...by, ...none, billingAccountId, action, outcome: "requested" });
  await recordPlatformAct(tx, { ...by, action, subject: billingAccountId, outcome: "requested" });
  await notifyTenant(tx, billingAccountId);
}

/**
 * Where a tenant is about to be made: what backups of database and gateway still hold of one that was deleted is not to be
 * found by another of the same id.
 * @throws AppError tenant_exists
 */
export async function refuseErasedId(tx: Tx, pseudonyms: Pseudonyms, id: BillingAccountId): Promise<void> {
  const rows = await tx.query<{ is: boolean }>('SELECT was_erased($1) AS "is"', [
    pseudonyms.pseudonym("tenant", id),
  ]);
  if (rows[0]?.is !== true) return;
  const detail = `“${id}” was an account that is deleted. An id is used once: choose another one.`;
  throw new AppError("tenant_exists", { detail });
}
