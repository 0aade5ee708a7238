/**
 * How the rows of the audit hang together, computed here as the database does it (0016_audit_chain.sql): so that it is not the
 * database's own word that its rows are what they were. Each row's hash is over the one before it; what may have to be
 * erased one day stands in it as a commitment, SHA-256 over a salt and the value.
 */
import { createHash } from "node:crypto";
import type { AuditHead, ChainedRow } from "../db/audit-chains.ts";

const VERSION = Buffer.of(1);
const NOTHING = Buffer.of(0xff, 0xff, 0xff, 0xff);

/** What a row's commitments are of, in their order. */
export const COMMITTED = ["actor", "subject", "account", "address", "request"] as const;

export function committedValues(row: ChainedRow): readonly (string | null)[] {
  return [row.actor.id, row.subject, row.accountId, row.remoteAddress, row.requestId];
}

/** @param salt a UUID */
export function commitmentOf(salt: string, value: string | null): Buffer {
  return sha256(Buffer.from(salt.replaceAll("-", ""), "hex"), field(value));
}

/** What the row's hash should be. @param before the hash of the row before it */
export function hashOf({ genesis }: AuditHead, before: Uint8Array, row: ChainedRow): Buffer {
  const { seq, atMicros, actor, action, channel, outcome, commitments } = row;
  const words = [actor.kind, action, channel, outcome].map(field);
  return sha256(VERSION, genesis, before, int64(BigInt(seq)), int64(atMicros), ...words, ...commitments);
}

export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** With its length before it, so that no two lists of texts are alike; null is like none of them. */
function field(value: string | null): Buffer {
  if (value === null) return NOTHING;
  const bytes = Buffer.from(value, "utf8");
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}
