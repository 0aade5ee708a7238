/** Entries of the audit as a file: CSV as in RFC 4180, or one JSON array. In parts, so that no file is in memory as a whole. */
import type { AuditEntry } from "@cogni/contract";
import { csvLine } from "../csv.ts";

type Parts = AsyncGenerator<string, void, undefined>;
type Batches = AsyncGenerator<AuditEntry[]>;

const COLUMNS: readonly [name: string, of: (entry: AuditEntry) => string | number | null][] = [
  ["entry", ({ seq }) => seq],
  ["time", ({ at }) => at],
  ["actor kind", ({ actor }) => actor.kind],
  ["actor id", ({ actor }) => actor.id],
  ["actor name", ({ actor }) => actor.name],
  ["action", ({ action }) => action],
  ["channel", ({ channel }) => channel],
  ["account", ({ accountId }) => accountId],
  ["subject", ({ subject }) => subject],
  ["subject name", ({ subjectName }) => subjectName],
  ["outcome", ({ outcome }) => outcome],
  ["address", ({ remoteAddress }) => remoteAddress],
  ["request id", ({ requestId }) => requestId],
  ["hash", ({ hash }) => hash],
];
export async function* csvOf(batches: Batches): Parts {
  yield csvLine(COLUMNS.map(([name]) => name));
  for await (const entries of batches) {
    yield entries.map((entry) => csvLine(COLUMNS.map(([, of]) => of(entry)))).join("");
  }
}

/** One entry a line. */
export async function* jsonOf(batches: Batches): Parts {
  let before = "[\n";
  for await (const entries of batches) {
    yield before + entries.map((entry) => JSON.stringify(entry)).join(",\n");
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}
