/** Entries of the audit as a file: CSV as in RFC 4180, or one JSON array. In parts, so that no file is in memory as a whole. */
import type { AuditEntry } from "@cogni/contract";

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
/** A spreadsheet would take what begins like this for a formula, and run it. */
const FORMULA = /^[=+\-@\t\r]/;
const TO_QUOTE = /[",\r\n]/;

export async function* csvOf(batches: Batches): Parts {
  yield line(COLUMNS.map(([name]) => name));
  for await (const entries of batches) {
    yield entries.map((entry) => line(COLUMNS.map(([, of]) => of(entry)))).join("");
  }
}

function line(values: readonly (string | number | null)[]): string {
  return `${values.map(cell).join(",")}\r\n`;
}

function cell(value: string | number | null): string {
  const text = String(value ?? "");
  const harmless = typeof value === "string" && FORMULA.test(text) ? `'${text}` : text;
  return TO_QUOTE.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
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
