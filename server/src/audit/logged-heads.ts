/**
 * Where the chains of the audit ended, as the process log tells it (audit/keep.ts): the log is elsewhere, so that a chain whose tail was
 * cut, or that was written anew, shows although rows and heads in the database agree.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { AuditHead } from "../db/audit-chains.ts";

/** One of the line's list. Hex, and shortened: 64 and 128 bits, which nobody hits by chance. */
export const loggedHeadSchema = z.object({
  chain: z.string(),
  genesis: z.string().regex(/^[0-9a-f]{16}$/),
  seq: z.number().int().nonnegative(),
  hash: z.string().regex(/^[0-9a-f]{32}$/),
});
export type LoggedHead = z.infer<typeof loggedHeadSchema>;

const lineSchema = z.object({ auditHeads: z.array(loggedHeadSchema) });

export interface LoggedHeads {
  /** By the row's place, the beginning of its hash. Whatever its name is by now, it is known by its beginning. */
  of(head: AuditHead): ReadonlyMap<number, string>;
  /** Those whom nobody asked for. */
  unseen(): LoggedHead[];
}

export function toLogged({ chain, genesis, seq, hash }: AuditHead): LoggedHead {
  return { chain, genesis: hex(genesis).slice(0, 16), seq, hash: hex(hash).slice(0, 32) };
}

/** @param path of a file of our own log, one JSON object a line; other lines are passed over. @throws Error if it can't be read */
export async function readLoggedHeads(path: string): Promise<LoggedHeads & { readonly lines: number }> {
  const chains = new Map<string, { last: LoggedHead; hashes: Map<number, string> }>();
  let lines = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (!line.includes('"auditHeads"')) continue;
    lines += 1;
    for (const head of headsOf(line)) {
      const known = chains.get(head.genesis) ?? { last: head, hashes: new Map() };
      // Two words on one row: the first stands, and the second shows as what it is.
      if (!known.hashes.has(head.seq)) known.hashes.set(head.seq, head.hash);
      if (head.seq >= known.last.seq) known.last = head;
      chains.set(head.genesis, known);
    }
  }
  const seen = new Set<string>();
  return {
    lines,
    of(head) {
      const { genesis } = toLogged(head);
      seen.add(genesis);
      return chains.get(genesis)?.hashes ?? new Map();
    },
    unseen: () =>
      [...chains].flatMap(([genesis, { last }]) => (seen.has(genesis) || last.seq === 0 ? [] : [last])),
  };
}

function headsOf(line: string): readonly LoggedHead[] {
  const json = line.slice(line.indexOf("{"));
  const parsed = lineSchema.safeParse(parseJson(json));
  return parsed.success ? parsed.data.auditHeads : [];
}

/** A line that was cut in two by whoever collects logs is no line of ours. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
