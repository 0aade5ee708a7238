/** The audit as it is read: by filters, the newest entry first, with names of those who are known. */
import type { AuditFilters } from "@cogni/contract";
import type { TenantTx, Tx } from "./tenant.ts";

export interface ReadRow {
  readonly seq: number;
  readonly at: Date;
  readonly actor: { readonly kind: "person" | "key" | "link" | "system"; readonly id: string };
  readonly name: string | null;
  readonly action: string;
  readonly channel: string | null;
  readonly accountId: string | null;
  readonly subject: string | null;
  readonly subjectName: string | null;
  readonly outcome: string;
  readonly remoteAddress: string | null;
  readonly requestId: string | null;
  readonly hash: Uint8Array;
}

export interface ReadQuery {
  readonly filters: AuditFilters;
  /** Before the entry of that place; null: from the newest on. */
  readonly before: number | null;
  /** That one alone. */
  readonly entry: number | null;
  readonly limit: number;
}

type Row = ReadRow & Record<string, unknown>;

/**
 * Of the transaction's tenant. A platform's administrator who is no member has no name for its people, and neither has whoever is
 * erased. Of a webhook's address only where it leads: the rest may let someone in there.
 */
export function readAudit(tx: TenantTx, { filters, before, entry, limit }: ReadQuery): Promise<ReadRow[]> {
  const { actorKind, actor, action, channel, outcome, requestId, from, to } = filters;
  return tx.query<Row>(
    `SELECT a.seq, a.at, a.actor,
       CASE a.actor->>'kind'
         WHEN 'person' THEN (SELECT u.name FROM auth."user" u WHERE u.id = a.actor->>'id'
           AND (EXISTS (SELECT FROM members m WHERE m.user_id = u.id)
             OR NOT EXISTS (SELECT FROM platform_administrators p WHERE p.user_id = u.id)))
         WHEN 'key' THEN (SELECT k.name FROM api_keys k WHERE k.id::text = a.actor->>'id')
       END AS name,
       a.action, a.channel, a.account_id AS "accountId", a.subject,
       CASE split_part(a.action, '.', 1)
         WHEN 'member' THEN (SELECT u.name FROM auth."user" u WHERE u.id = a.subject)
         WHEN 'key' THEN (SELECT k.name FROM api_keys k WHERE k.id::text = a.subject)
         WHEN 'invitation' THEN (SELECT i.email FROM invitations i WHERE i.id::text = a.subject)
         WHEN 'webhook' THEN (SELECT substring(w.url FROM '^[a-z]+://[^/?#]+') FROM webhook_endpoints w WHERE w.id::text = a.subject)
         WHEN 'tenant' THEN (SELECT b.name FROM billing_accounts b WHERE b.id = a.subject)
       END AS "subjectName",
       a.outcome, a.remote_address AS "remoteAddress", a.request_id AS "requestId", a.hash
     FROM audit_log a
     WHERE ($1::bigint IS NULL OR a.seq < $1) AND ($2::bigint IS NULL OR a.seq = $2)
       AND ($3::text IS NULL OR a.actor->>'kind' = $3) AND ($4::text IS NULL OR a.actor->>'id' = $4)
       AND ($5::text IS NULL OR a.action = $5) AND ($6::text IS NULL OR a.channel = $6)
       AND ($7::text IS NULL OR a.outcome = $7)
       AND ($8::text IS NULL OR a.request_id = $8)
       AND ($9::timestamptz IS NULL OR a.at >= $9) AND ($10::timestamptz IS NULL OR a.at < $10)
     ORDER BY a.seq DESC LIMIT $11`,
    [before, entry, ...[actorKind, actor, action, channel, outcome, requestId, from, to].map(orNull), limit],
  );
}

/** The platform's, for a session of one of its administrators; for any other there is none. It knows no channels. */
export function readPlatformAudit(
  tx: Tx,
  sessionId: string,
  { filters, before, entry, limit }: ReadQuery,
): Promise<ReadRow[]> {
  const { actorKind, actor, action, channel, outcome, requestId, from, to } = filters;
  if (channel !== undefined) return Promise.resolve([]);
  return tx.query<Row>(
    `SELECT seq, at, actor, name, action, NULL AS channel, NULL AS "accountId", subject, subject_name AS "subjectName", outcome,
       remote_address AS "remoteAddress", request_id AS "requestId", hash
     FROM operator_audit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ORDER BY seq DESC`,
    [
      sessionId,
      before,
      limit,
      entry,
      ...[actorKind, actor, action, outcome, from, to, requestId].map(orNull),
    ],
  );
}

const orNull = (value: string | undefined): string | null => value ?? null;
