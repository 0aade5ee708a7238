/** The audit as the API tells it: page by page, and as a file of any length. */
import type { AuditEntry, AuditFilters, AuditFormat, AuditPage, AuditQuery } from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import { streamOf } from "../csv.ts";
import { type ReadQuery, type ReadRow, readAudit, readPlatformAudit } from "../db/audit-read.ts";
import type { OwnSession } from "../db/own-sessions.ts";
import type { Db } from "../db/pool.ts";
import { withNoTenant, withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { csvOf, jsonOf } from "./files.ts";

/** Whose audit it is: reads some of it. */
export type AuditSource = (query: ReadQuery) => Promise<ReadRow[]>;

/** Entries that are read at once for a file. */
const BATCH = 500;
const CURSOR = /^before:([1-9]\d{0,15})$/;

export function tenantAudit(db: Db, { billingAccountId }: Principal): AuditSource {
  return (query) => withTenant(db, billingAccountId, (tx) => readAudit(tx, query));
}

export function platformAudit(db: Db, { id }: OwnSession): AuditSource {
  return (query) => withNoTenant(db, (tx) => readPlatformAudit(tx, id, query));
}

/** @throws AppError invalid_request (a cursor that is none of ours), database_unavailable */
export async function auditPage(source: AuditSource, query: AuditQuery): Promise<AuditPage> {
  const { cursor, limit, entry = null, ...filters } = query;
  const before = cursor === undefined ? null : placeOf(cursor);
  // One more than asked for: is there another page?
  const rows = await source({ filters, before, entry, limit: limit + 1 });
  const entries = rows.slice(0, limit).map(toEntry);
  const last = entries.at(-1);
  return { entries, next: rows.length > limit && last ? cursorOf(last.seq) : null };
}

/** Read as it is taken, so that it may be of any length; each part in a transaction of its own. */
export function auditFile(
  source: AuditSource,
  filters: AuditFilters,
  format: AuditFormat,
): ReadableStream<Uint8Array> {
  return streamOf((format === "csv" ? csvOf : jsonOf)(entriesOf(source, filters)));
}

async function* entriesOf(source: AuditSource, filters: AuditFilters): AsyncGenerator<AuditEntry[]> {
  for (let before: number | null = null; ; ) {
    const rows: ReadRow[] = await source({ filters, before, entry: null, limit: BATCH });
    if (rows.length > 0) yield rows.map(toEntry);
    if (rows.length < BATCH) return;
    before = rows.at(-1)?.seq ?? null;
  }
}

function toEntry({ name, at, hash, actor, ...row }: ReadRow): AuditEntry {
  return {
    ...row,
    at: at.toISOString(),
    actor: { kind: actor.kind, id: actor.id, name },
    hash: Buffer.from(hash).toString("hex"),
  };
}

function cursorOf(seq: number): string {
  return Buffer.from(`before:${seq}`).toString("base64url");
}

function placeOf(cursor: string): number {
  const [, place] = CURSOR.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  if (place !== undefined) return Number(place);
  throw new AppError("invalid_request", {
    errors: [{ path: "cursor", message: "is not the `next` of a page" }],
  });
}
