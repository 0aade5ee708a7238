/** What a tenant's calls used and cost, as the API tells it: sums, call by call, and as a file of any length. */
import type {
  UsageCall,
  UsageCalls,
  UsageCallsQuery,
  UsageExportQuery,
  UsageQuery,
  UsageReport,
} from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import { streamOf } from "../csv.ts";
import type { Db } from "../db/pool.ts";
import { type TenantTx, withTenant } from "../db/tenant.ts";
import {
  type CallFilters,
  type CallRow,
  type Span,
  spanOf,
  usageBy,
  usageCalls,
  usageDays,
  usageTotal,
} from "../db/usage-read.ts";
import { AppError } from "../errors.ts";
import { callsCsv, daysCsv } from "./files.ts";

export interface UsageReports {
  /** @throws AppError invalid_request (a span that ends before it begins, or is longer than 366 days), database_unavailable */
  sums(principal: Principal, query: UsageQuery): Promise<UsageReport>;
  /** Of a request whose id is named, whenever it was. @throws AppError as `sums` does */
  calls(principal: Principal, query: UsageCallsQuery): Promise<UsageCalls>;
  /** Its name, without an ending, and CSV. @throws AppError as `sums` does, and for a filter by what days are not kept by */
  file(
    principal: Principal,
    query: UsageExportQuery,
  ): Promise<{ readonly name: string; readonly body: ReadableStream<Uint8Array> }>;
}

type Asked = { readonly from?: string | undefined; readonly to?: string | undefined };

const LONGEST_DAYS = 366;
/** Calls that are read at once for a file. */
const BATCH = 500;

export function createUsageReports(db: Db, clock: () => Date): UsageReports {
  async function span(tx: TenantTx, asked: Asked) {
    const { days, ...found } = await spanOf(tx, clock(), asked);
    checkSpan(days);
    return found;
  }

  return {
    sums: ({ billingAccountId }, { by, ...asked }) =>
      withTenant(db, billingAccountId, async (tx) => {
        const found = await span(tx, asked);
        return { ...found, by, rows: await usageBy(tx, by, found), total: await usageTotal(tx, found) };
      }),

    calls: ({ billingAccountId }, { from, to, after = null, limit, ...filters }) =>
      withTenant(db, billingAccountId, async (tx) => {
        const within = isOneRequest(filters, { from, to }) ? null : await span(tx, { from, to });
        // One more than asked for: is there another page?
        const rows = await usageCalls(tx, within, filters, { after, limit: limit + 1 });
        const calls = rows.slice(0, limit).map(toCall);
        return { calls, next: rows.length > limit ? (calls.at(-1)?.id ?? null) : null };
      }),

    async file({ billingAccountId }, { of, from, to, ...filters }) {
      if (of === "days") refuseCallsOwn(filters);
      const read = <T>(work: (tx: TenantTx) => Promise<T>) => withTenant(db, billingAccountId, work);
      const called = `usage-${of}-${billingAccountId}`;
      if (isOneRequest(filters, { from, to }))
        return { name: called, body: streamOf(callsCsv(batches(read, null, filters))) };
      const within = await read((tx) => span(tx, { from, to }));
      const name = `${called}-${within.from}-${within.to}`;
      if (of === "calls") return { name, body: streamOf(callsCsv(batches(read, within, filters))) };
      return { name, body: streamOf(daysCsv(await read((tx) => usageDays(tx, within, filters)))) };
    },
  };
}

/** @param days from the first to the last, both among them @throws AppError invalid_request */
export function checkSpan(days: number): void {
  if (days < 1) throw refused("from", "is after the last day");
  if (days > LONGEST_DAYS) throw refused("from", `is more than ${LONGEST_DAYS} days before the last one`);
}

type Read = <T>(work: (tx: TenantTx) => Promise<T>) => Promise<T>;

/** Each in a transaction of its own. */
async function* batches(read: Read, span: Span | null, filters: CallFilters): AsyncGenerator<CallRow[]> {
  for (let after: string | null = null; ; ) {
    const page: { after: string | null; limit: number } = { after, limit: BATCH };
    const rows = await read((tx) => usageCalls(tx, span, filters, page));
    if (rows.length > 0) yield rows;
    if (rows.length < BATCH) return;
    after = rows.at(-1)?.id ?? null;
  }
}

/** Its id is found whenever it was, unless days are named. */
function isOneRequest({ requestId }: CallFilters, { from, to }: Asked): boolean {
  return requestId !== undefined && from === undefined && to === undefined;
}

function refuseCallsOwn({ conversation, outcome, requestId }: CallFilters): void {
  const given = Object.entries({ conversation, outcome, requestId }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length === 0) return;
  throw new AppError("invalid_request", {
    errors: given.map(([path]) => ({ path, message: "is known of calls, not of days" })),
  });
}

function refused(path: string, message: string): AppError {
  return new AppError("invalid_request", { errors: [{ path, message }] });
}

function toCall({ day: _day, at, ...row }: CallRow): UsageCall {
  return { ...row, at: at.toISOString() };
}
