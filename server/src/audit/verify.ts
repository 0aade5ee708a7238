/**
 * Reads every chain of the audit from its beginning to its end, recomputes what each row should be, and names whatever is not as the
 * program wrote it. Row after row: a chain of millions takes no more memory than one of ten.
 */
import {
  type AuditHead,
  atOneMoment,
  type ChainedRow,
  countChained,
  headlessChains,
  headOf,
  headsAfter,
  rowsAfter,
} from "../db/audit-chains.ts";
import { type Renaming, sealedChain, sealedRow } from "../db/erased-audit.ts";
import type { Db } from "../db/pool.ts";
import { type ServiceTx, withService } from "../db/tenant.ts";
import { COMMITTED, commitmentOf, committedValues, hashOf, isSame } from "./chain.ts";
import type { LoggedHeads } from "./logged-heads.ts";

/** What is wrong, in a word for programs and a sentence for people. */
export interface Finding {
  readonly chain: string;
  /** The row's place in its chain; null where it is about the chain. */
  readonly seq: number | null;
  readonly fault: "changed" | "missing" | "added" | "erased" | "end" | "anchor" | "chain";
  readonly detail: string;
}

export interface Verified {
  readonly chains: number;
  readonly rows: number;
  readonly findings: readonly Finding[];
}

export interface VerifyOptions {
  /** Null: all of them, those of erased tenants among them. */
  readonly chain: string | null;
  /** Null: there is no log to compare with. */
  readonly logged: LoggedHeads | null;
  /** Told every now and then of how many rows, out of how many. */
  readonly onProgress: (done: number, all: number) => void;
}

/** Rows that are read at once. */
const BATCH = 1_000;
/** A database that someone was at is told of by its first faults; each of a million would fill the screen. */
const MOST_FINDINGS = 1_000;

/** @throws AppError database_unavailable */
export async function verifyAudit(db: Db, seals: Renaming, options: VerifyOptions): Promise<Verified> {
  const { chain, logged, onProgress } = options;
  const findings: Finding[] = [];
  const find = (finding: Finding) => findings.length < MOST_FINDINGS && findings.push(finding);
  const all = (await withService(db, countChained)).rows;
  let [chains, rows] = [0, 0];
  const onRows = (more: number) => {
    rows += more;
    onProgress(rows, all);
  };
  const ended = new Set<string>();
  const verifyOne = async (name: string) => {
    chains += 1;
    // At one moment, so that rows and head agree while others write; one chain at a time, so that it is a short one.
    await withService(db, async (tx) => {
      await atOneMoment(tx);
      const head = await headOf(tx, name);
      // Erased and dropped since the list was read.
      if (head) await verifyChain(tx, head, { seals, logged, ended, find, onRows });
    });
  };

  if (chain !== null) await verifyOne(chain);
  else {
    for (let after: string | null = ""; after !== null; ) {
      const from: string = after;
      const heads = await withService(db, (tx) => headsAfter(tx, from, BATCH));
      for (const head of heads) await verifyOne(head.chain);
      after = heads.at(-1)?.chain ?? null;
    }
  }
  for (const name of await withService(db, headlessChains)) {
    if (chain !== null && chain !== name) continue;
    const detail = "has rows, but nothing says where it begins and ends: that was removed";
    find({ chain: name, seq: null, fault: "chain", detail });
  }
  for (const gone of chain === null ? (logged?.unseen() ?? []) : []) {
    if (ended.has(placeOf(gone.chain, seals).pseudonym ?? "")) continue;
    const detail = `stands in the log with ${gone.seq} rows, and is no more`;
    find({ chain: gone.chain, seq: null, fault: "chain", detail });
  }
  return { chains, rows, findings };
}

interface ChainCheck {
  readonly seals: Renaming;
  readonly logged: LoggedHeads | null;
  /** Pseudonyms of the chains that were dropped as a whole, as the platform's chain tells. */
  readonly ended: Set<string>;
  readonly find: (finding: Finding) => void;
  readonly onRows: (more: number) => void;
}

async function verifyChain(tx: ServiceTx, head: AuditHead, check: ChainCheck): Promise<void> {
  const { chain, anchorSeq, anchorHash } = head;
  const tell = (seq: number | null, fault: Finding["fault"], detail: string) =>
    check.find({ chain, seq, fault, detail });
  if (!isNamedRightly(head, check.seals))
    tell(null, "chain", "is not the chain that was begun under this name");

  const place = placeOf(chain, check.seals);
  const anchor = `${anchorSeq}/${hex(anchorHash)}`;
  let confirmed = anchorSeq === 0 && isSame(anchorHash, head.genesis);
  let before: Uint8Array | null = anchorHash;
  let last = { seq: anchorSeq, id: "0" };
  let from = { seq: 0, id: "0" };
  const expected = check.logged?.of(head) ?? new Map<number, string>();
  for (let rows = [null] as readonly unknown[]; rows.length > 0; ) {
    const batch = await rowsAfter(tx, place, from, BATCH);
    for (const row of batch) {
      const { seq } = row;
      if (seq <= anchorSeq)
        tell(seq, "anchor", `stands before the anchor (${anchorSeq}), and should be dropped`);
      else if (seq === last.seq) tell(seq, "added", "stands in the place of another row");
      else if (seq > head.seq) tell(seq, "added", `stands behind the chain's end (${head.seq})`);
      else {
        if (seq > last.seq + 1) {
          tell(last.seq + 1, "missing", gap(last.seq + 1, seq - 1));
          before = null;
        }
        for (const detail of faultsOf(head, before, row, check.seals)) tell(seq, detail.fault, detail.detail);
        const wasLogged = expected.get(seq);
        if (wasLogged !== undefined && !hex(row.hash).startsWith(wasLogged)) {
          tell(seq, "changed", "is not the one that the log names: the chain was written anew");
        }
        if (row.action === "audit.prune" && row.subject === anchor) confirmed = true;
        if (row.action === "audit.end") check.ended.add(row.subject?.split("/")[0] ?? "");
        before = row.hash;
        last = row;
      }
    }
    check.onRows(batch.length);
    rows = batch;
    from = batch.at(-1) ?? from;
  }

  if (!confirmed)
    tell(null, "anchor", `has an anchor (${anchorSeq}) that no row confirms: it was changed, or rows were`);
  if (last.seq < head.seq) tell(last.seq + 1, "missing", gap(last.seq + 1, head.seq));
  else if (before && !isSame(before, head.hash))
    tell(null, "end", "ends otherwise than its last row: its head was changed");
  const cut = Math.max(0, ...expected.keys());
  if (cut > last.seq) tell(last.seq + 1, "missing", `${gap(last.seq + 1, cut)}; the log names row ${cut}`);
}

/** @param before null where the row before it is missing */
function faultsOf(
  head: AuditHead,
  before: Uint8Array | null,
  row: ChainedRow,
  seals: Renaming,
): Pick<Finding, "fault" | "detail">[] {
  if (before !== null && !isSame(hashOf(head, before, row), row.hash)) {
    const detail = `was changed, or does not follow from row ${row.seq - 1}`;
    return [{ fault: "changed", detail }];
  }
  const values = committedValues(row);
  const wrong = COMMITTED.filter((_, index) => {
    const [salt = null, commitment] = [row.salts[index], row.commitments[index]];
    return salt !== null && !(commitment && isSame(commitmentOf(salt, values[index] ?? null), commitment));
  });
  if (wrong.length > 0 || !row.plain) {
    return [{ fault: "changed", detail: `has another ${wrong.join(", ") || "actor"} than was written` }];
  }
  if (row.salts.length === COMMITTED.length && !row.salts.includes(null)) return [];
  const seal = seals.seal(sealedRow(head.genesis, row, row.salts, values));
  if (row.seal && isSame(seal, row.seal)) return [];
  return [{ fault: "erased", detail: "says that someone in it was erased, but the program did not do so" }];
}

function isNamedRightly({ chain, genesis, salt, seal }: AuditHead, seals: Renaming): boolean {
  if (!chain.startsWith("erased/")) return salt !== null && isSame(commitmentOf(salt, chain), genesis);
  const sealed = seals.seal(sealedChain(genesis, chain.slice("erased/".length)));
  return salt === null && seal !== null && isSame(sealed, seal);
}

function placeOf(chain: string, seals: Renaming) {
  const [kind, ...rest] = chain.split("/");
  const name = rest.join("/");
  if (kind === "tenant") return { tenant: name, pseudonym: seals.pseudonym("tenant", name) };
  return kind === "erased" ? { tenant: null, pseudonym: name } : { tenant: null, pseudonym: null };
}

const gap = (first: number, last: number) => (first === last ? "was removed" : `to ${last} were removed`);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
