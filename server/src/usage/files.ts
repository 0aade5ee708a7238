/** Calls and days as CSV. Money stands there twice: exactly, as whole nano-dollars, and as dollars to look at. */
import type { UsageSums } from "@cogni/contract";
import { type CsvValue, csvLine } from "../csv.ts";
import type { CallRow, DayRow } from "../db/usage-read.ts";
import { dollars } from "./decimals.ts";

type Parts = AsyncGenerator<string, void, undefined>;
type Columns<Row> = readonly [name: string, of: (row: Row) => CsvValue][];

const COST: Columns<Pick<UsageSums, "cost">> = [
  ["cost (nano-dollars)", ({ cost }) => BigInt(cost)],
  ["cost (USD)", ({ cost }) => dollars(BigInt(cost))],
];

const CALLS: Columns<CallRow> = [
  ["call", ({ id }) => id],
  ["request id", ({ requestId }) => requestId],
  ["time", ({ at }) => at.toISOString()],
  ["day", ({ day }) => day],
  ["channel", ({ channel }) => channel],
  ["conversation", ({ conversation }) => conversation],
  ["end user", ({ endUser }) => endUser],
  ["model", ({ model }) => model],
  ["answered by", ({ answeredBy }) => answeredBy],
  ["streamed", ({ streamed }) => String(streamed)],
  ["outcome", ({ outcome }) => outcome],
  ["limit", ({ limit }) => limit],
  ["status", ({ status }) => status],
  ["prompt tokens", ({ promptTokens }) => promptTokens],
  ["cached tokens", ({ cachedTokens }) => cachedTokens],
  ["completion tokens", ({ completionTokens }) => completionTokens],
  ["reasoning tokens", ({ reasoningTokens }) => reasoningTokens],
  ...COST,
  ["cost source", ({ costSource }) => costSource],
  ["priced", ({ priced }) => String(priced)],
  ["latency (ms)", ({ latencyMs }) => latencyMs],
  ["first byte (ms)", ({ firstByteMs }) => firstByteMs],
  ["reply", ({ reply }) => reply],
];

const DAYS: Columns<DayRow> = [
  ["day", ({ day }) => day],
  ["channel", ({ channel }) => channel],
  ["model", ({ model }) => model],
  ["calls", ({ calls }) => calls],
  ["limited", ({ limited }) => limited],
  ["estimated", ({ estimated }) => estimated],
  ["unpriced", ({ unpriced }) => unpriced],
  ["prompt tokens", ({ promptTokens }) => promptTokens],
  ["cached tokens", ({ cachedTokens }) => cachedTokens],
  ["completion tokens", ({ completionTokens }) => completionTokens],
  ["reasoning tokens", ({ reasoningTokens }) => reasoningTokens],
  ...COST,
];

export async function* callsCsv(batches: AsyncIterable<readonly CallRow[]>): Parts {
  yield csvLine(CALLS.map(([name]) => name));
  for await (const rows of batches) yield linesOf(CALLS, rows);
}

export async function* daysCsv(rows: readonly DayRow[]): Parts {
  yield csvLine(DAYS.map(([name]) => name));
  if (rows.length > 0) yield linesOf(DAYS, rows);
}

function linesOf<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  return rows.map((row) => csvLine(columns.map(([, of]) => of(row)))).join("");
}
