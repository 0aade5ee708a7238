/**
 * What is kept of the audit of those who are erased: what was done and when, under pseudonyms. The chains stay whole, for a row's
 * hash is over commitments; the salts of what is erased are dropped, and a seal says that it was the program that did so.
 */
import type { BillingAccountId } from "@cogni/contract";
import type { ServiceTx } from "./tenant.ts";

/** By which someone or something is called from now on, and the word of whoever called it so (vault/pseudonyms.ts). */
export interface Renaming {
  pseudonym(kind: "tenant" | "subject", id: string): string;
  seal(text: string): Uint8Array;
}

interface AuditRow {
  readonly chain: string;
  readonly genesis: Uint8Array;
  readonly seq: number;
  readonly hash: Uint8Array;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly action: string;
  readonly subject: string | null;
  readonly accountId: string | null;
  readonly remoteAddress: string | null;
  readonly requestId: string | null;
  readonly salts: readonly (string | null)[];
}

/** Of a row: which of its committed values were erased, and what stands there now. */
export function sealedRow(
  genesis: Uint8Array,
  { seq, hash }: { readonly seq: number; readonly hash: Uint8Array },
  salts: readonly (string | null)[],
  values: readonly (string | null)[],
): string {
  const now = values.map((value, index) => (salts[index] === null ? [value] : "kept"));
  return JSON.stringify(["row", hex(genesis), seq, hex(hash), now]);
}

/** Of a chain whose tenant was erased: what it is called now. */
export function sealedChain(genesis: Uint8Array, pseudonym: string): string {
  return JSON.stringify(["chain", hex(genesis), pseudonym]);
}

const COLUMNS = `h.chain, h.genesis, a.seq, a.hash, a.actor, a.action, a.subject, a.remote_address AS "remoteAddress",
  a.request_id AS "requestId", a.salts`;

/**
 * Takes up to `limit` of a tenant's rows out of its audit, and keeps them with pseudonyms.
 * @returns how many; fewer than `limit`: there are no more
 */
export async function moveAudit(
  tx: ServiceTx,
  id: BillingAccountId,
  renaming: Renaming,
  limit: number,
): Promise<number> {
  const rows = await tx.query<AuditRow & Record<string, unknown>>(
    `SELECT ${COLUMNS}, a.account_id AS "accountId"
     FROM audit_log a JOIN audit_heads h ON h.chain = 'tenant/' || a.billing_account_id
     WHERE a.billing_account_id = $1 ORDER BY a.seq LIMIT $2`,
    [id, limit],
  );
  const renamed = rows.map((row) => {
    const [actorSalt = null, subjectSalt = null] = row.salts;
    const renamed = (id: string, salt: string | null) =>
      salt === null ? id : renaming.pseudonym("subject", id);
    // The program itself has nothing to hide, nor what it says of rows that it dropped.
    const actor = row.actor.kind === "system" ? null : renamed(row.actor.id, actorSalt);
    const kept = row.action === "audit.prune";
    const subject = row.subject === null || kept ? null : renamed(row.subject, subjectSalt);
    const salts = [actor === null ? actorSalt : null, kept ? subjectSalt : null, null, null, null];
    const values = [actor ?? row.actor.id, subject, null, null, null];
    return { row, actor, subject, seal: renaming.seal(sealedRow(row.genesis, row, salts, values)) };
  });
  await tx.query("SELECT move_audit($1, $2, $3, $4, $5, $6)", [
    id,
    renaming.pseudonym("tenant", id),
    ...listsOf(renamed),
  ]);
  return rows.length;
}

/** Once its rows have moved. */
export async function eraseChain(tx: ServiceTx, id: BillingAccountId, renaming: Renaming): Promise<void> {
  const pseudonym = renaming.pseudonym("tenant", id);
  const [head] = await tx.query<{ genesis: Uint8Array }>("SELECT genesis FROM audit_heads WHERE chain = $1", [
    `tenant/${id}`,
  ]);
  if (!head) return;
  const seal = renaming.seal(sealedChain(head.genesis, pseudonym));
  await tx.query("SELECT erase_chain($1, $2, $3)", [id, pseudonym, seal]);
}

/** Of someone or something that is no more, wherever else it was written down. */
export async function renameInAudits(
  tx: ServiceTx,
  kind: Parameters<Renaming["pseudonym"]>[0],
  id: string,
  renaming: Renaming,
): Promise<void> {
  const named = `a.actor->>'id' = $1 OR a.subject = $1`;
  const rows = [
    ...(await tx.query<AuditRow & Record<string, unknown>>(
      `SELECT ${COLUMNS}, a.account_id AS "accountId"
       FROM audit_log a JOIN audit_heads h ON h.chain = 'tenant/' || a.billing_account_id WHERE ${named}`,
      [id],
    )),
    ...(await tx.query<AuditRow & Record<string, unknown>>(
      `SELECT ${COLUMNS}, NULL AS "accountId"
       FROM platform_audit_log a JOIN audit_heads h ON h.chain = 'platform' WHERE ${named}`,
      [id],
    )),
  ];
  const pseudonym = renaming.pseudonym(kind, id);
  for (const [chain, ofChain] of Map.groupBy(rows, (row) => row.chain)) {
    const renamed = ofChain.map((row) => redacted(row, id, pseudonym, renaming));
    await tx.query("SELECT redact_audit($1, $2, $3, $4, $5)", [chain, ...listsOf(renamed)]);
  }
}

function redacted(row: AuditRow, id: string, pseudonym: string, renaming: Renaming): Renamed {
  const actor = row.actor.id === id ? pseudonym : null;
  const subject = row.subject === id ? pseudonym : null;
  // From where someone did something is theirs, too.
  const erased = [actor !== null, subject !== null, false, actor !== null, actor !== null];
  const salts = row.salts.map((salt, index) => (erased[index] ? null : salt));
  const values = [
    actor ?? row.actor.id,
    subject ?? row.subject,
    row.accountId,
    actor === null ? row.remoteAddress : null,
    actor === null ? row.requestId : null,
  ];
  return { row, actor, subject, seal: renaming.seal(sealedRow(row.genesis, row, salts, values)) };
}

interface Renamed {
  readonly row: AuditRow;
  /** Null: stays as it is. */
  readonly actor: string | null;
  readonly subject: string | null;
  readonly seal: Uint8Array;
}

function listsOf(renamed: readonly Renamed[]) {
  return [
    renamed.map(({ row }) => row.seq),
    renamed.map(({ actor }) => actor),
    renamed.map(({ subject }) => subject),
    renamed.map(({ seal }) => seal),
  ] as const;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
