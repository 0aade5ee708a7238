/** What is kept of the audit of those who are erased: what was done and when, under pseudonyms. */
import type { BillingAccountId } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

interface AuditRow {
  readonly id: string;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly subject: string | null;
}

/** By which someone or something is called from now on. */
export type Pseudonym = (kind: "tenant" | "subject", id: string) => string;

/**
 * Takes up to `limit` of a tenant's rows out of its audit, and keeps them with pseudonyms.
 * @returns how many; fewer than `limit`: there are no more
 */
export async function moveAudit(
  tx: ServiceTx,
  id: BillingAccountId,
  pseudonym: Pseudonym,
  limit: number,
): Promise<number> {
  const rows = await tx.query<AuditRow & Record<string, unknown>>(
    "SELECT id, actor, subject FROM audit_log WHERE billing_account_id = $1 ORDER BY id LIMIT $2",
    [id, limit],
  );
  await tx.query(
    `WITH named AS (SELECT * FROM unnest($2::bigint[], $3::jsonb[], $4::text[]) AS n (id, actor, subject)),
       taken AS (DELETE FROM audit_log a USING named WHERE a.id = named.id RETURNING a.*)
     INSERT INTO erased_audit_log (id, pseudonym, at, actor, action, channel, outcome, subject)
     SELECT taken.id, $1, taken.at, named.actor, taken.action, taken.channel, taken.outcome, named.subject
     FROM taken JOIN named ON named.id = taken.id`,
    [
      pseudonym("tenant", id),
      rows.map((row) => row.id),
      rows.map(({ actor }) => JSON.stringify(renamed(actor, pseudonym))),
      rows.map(({ subject }) => (subject === null ? null : pseudonym("subject", subject))),
    ],
  );
  return rows.length;
}

/** The program itself has nothing to hide. */
function renamed(actor: AuditRow["actor"], pseudonym: Pseudonym): AuditRow["actor"] {
  return actor.kind === "system" ? actor : { ...actor, id: pseudonym("subject", actor.id) };
}

/** Of someone or something that is no more, wherever else it was written down. */
export async function renameInAudits(
  tx: ServiceTx,
  kind: Parameters<Pseudonym>[0],
  id: string,
  pseudonym: Pseudonym,
): Promise<void> {
  for (const table of ["audit_log", "platform_audit_log"]) {
    await tx.query(
      `UPDATE ${table} SET
         actor = CASE WHEN actor->>'id' = $1 THEN jsonb_set(actor, '{id}', to_jsonb($2::text)) ELSE actor END,
         subject = CASE WHEN subject = $1 THEN $2 ELSE subject END
       WHERE actor->>'id' = $1 OR subject = $1`,
      [id, pseudonym(kind, id)],
    );
  }
}
