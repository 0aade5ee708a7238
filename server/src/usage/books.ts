/**
 * What this process owes the database: calls that are over and not yet written, and slices of limits. Written together, a tenant
 * at a time, a few times a second; what can't be written is kept, and while too much is kept no new call is let through.
 */
import type { BillingAccountId } from "@cogni/contract";
import { append, type RequestMeta } from "../db/audit.ts";
import type { Db } from "../db/pool.ts";
import {
  adjustQuotas,
  type Granted,
  keepSlots,
  type QuotaKey,
  recordRefusals,
  takeQuotas,
  takeSlots,
  type Want,
} from "../db/quotas.ts";
import { type TenantTx, withTenant } from "../db/tenant.ts";
import { insertUsageEvents, type UsageEvent, type UsageRow, usageRow } from "../db/usage-write.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { type Repeated, repeat } from "../repeat.ts";
import { createSlices, type Need, type Reserved, type Slices } from "./slices.ts";

export interface Books {
  /** @throws AppError database_unavailable */
  reserve(tenant: BillingAccountId, needs: readonly Need[]): Promise<Reserved> | Reserved;
  /** The request was refused by that limit: told to the audit, once in a day or month. */
  refused(tenant: BillingAccountId, by: QuotaKey, meta: RequestMeta): void;
  record(tenant: BillingAccountId, event: UsageEvent): void;
  /** Writes all there is; what fails stays. */
  settle(): Promise<void>;
  /** How many calls are over and not yet written. */
  kept(): number;
  /** The tenant's limits are others by now; null: anybody's may be. */
  changed(tenant: BillingAccountId | null): void;
  start(): void;
  /** Settles until nothing is owed, and gives all slices back. */
  stop(cut: AbortSignal): Promise<void>;
}

export interface BooksDeps {
  readonly db: Db;
  readonly log: Logger;
  /** This process, by which the places of its calls are known. */
  readonly process: string;
  readonly timing: { readonly settleMs: number; readonly waitMs: number; readonly slotMs: number };
}

interface Book {
  readonly slices: Slices;
  events: UsageRow[];
  renewSlotsAt: number;
  /** How many at once: one, from a refusal on until all are written, so that a bad one takes no other with it. */
  batch: number;
  /** By limit and window, whose call was refused first. */
  refusals: Map<string, { readonly by: QuotaKey; readonly meta: RequestMeta }>;
}

/** In one transaction, and kept at most while the database is away: a minute at full speed. */
const BATCH = 1_000;
const MAX_KEPT = 300_000;
/** Windows whose refusals are told to the audit, once each: those of a minute would flood it. */
const AUDITED = new Set<string>(["day_budget", "month_budget", "messages_per_day"]);

export function createBooks({ db, log, process, timing }: BooksDeps): Books {
  const books = new Map<BillingAccountId, Book>();
  const slots = { process, holdMs: timing.slotMs };
  let kept = 0;
  let settling: Promise<void> | null = null;
  let repeated: Repeated | null = null;

  function bookOf(tenant: BillingAccountId): Book {
    const known = books.get(tenant);
    if (known) return known;
    const book: Book = {
      slices: createSlices(
        (wants) => withTenant(db, tenant, (tx) => take(tx, book, wants)),
        () => performance.now(),
      ),
      events: [],
      renewSlotsAt: 0,
      batch: BATCH,
      refusals: new Map(),
    };
    books.set(tenant, book);
    return book;
  }

  async function take(tx: TenantTx, book: Book, wants: readonly Want[]): Promise<Granted[]> {
    const quotas = await takeQuotas(
      tx,
      wants.filter(({ name }) => name !== "concurrent_calls"),
    );
    const places = wants.find(({ name }) => name === "concurrent_calls");
    if (!places) return quotas;
    const { limit, least, most, ...key } = places;
    const granted = await takeSlots(tx, slots, {
      limit: Number(limit),
      least: Number(least),
      most: Number(most),
    });
    book.renewSlotsAt = performance.now() + timing.slotMs / 3;
    return [...quotas, { ...key, granted: BigInt(granted) }];
  }

  async function settleBook(tenant: BillingAccountId, book: Book): Promise<void> {
    const refusals = [...book.refusals.values()];
    const events = book.events.splice(0, book.batch);
    const changes = book.slices.changes();
    const renews = book.slices.holds("concurrent_calls") > 0n && performance.now() > book.renewSlotsAt;
    const places = changes.find(({ name }) => name === "concurrent_calls");
    if (events.length === 0 && changes.length === 0 && refusals.length === 0 && !renews) {
      if (book.slices.isEmpty()) books.delete(tenant);
      return;
    }
    try {
      await withTenant(db, tenant, async (tx) => {
        if (events.length > 0) await insertUsageEvents(tx, events);
        await adjustQuotas(
          tx,
          changes.filter(({ name }) => name !== "concurrent_calls"),
        );
        await auditRefusals(tx, refusals);
        if (renews || places) await keepSlots(tx, slots, Number(places?.by ?? 0n));
      });
      kept -= events.length;
      for (const key of [...book.refusals.keys()].slice(0, refusals.length)) book.refusals.delete(key);
      if (renews) book.renewSlotsAt = performance.now() + timing.slotMs / 3;
      if (book.events.length === 0) book.batch = BATCH;
    } catch (error) {
      book.slices.undo(changes);
      if (isAway(error)) {
        book.events.unshift(...events);
        throw error;
      }
      giveUpOn(tenant, book, events, error);
    }
  }

  /** What the database refuses for good, such as of a tenant that was erased meanwhile: whatever that is, and nothing beside it. */
  function giveUpOn(tenant: BillingAccountId, book: Book, events: readonly UsageRow[], error: unknown): void {
    const [event] = events;
    const alone = events.length === 1 && book.refusals.size === 0;
    log.error(
      { err: error, tenant, events: events.length, ...(alone && { event }) },
      "the database refuses what LLM calls used",
    );
    if (alone) kept -= 1;
    else book.events.unshift(...events);
    book.refusals.clear();
    book.batch = 1;
    // Not even what its limits are to be told.
    if (events.length === 0) books.delete(tenant);
  }

  async function settleAll(): Promise<void> {
    for (const [tenant, book] of books) {
      do await settleBook(tenant, book);
      while (book.events.length >= book.batch);
    }
  }

  const settle = (): Promise<void> => {
    settling ??= settleAll().finally(() => {
      settling = null;
    });
    return settling;
  };

  return {
    reserve(tenant, needs) {
      if (kept > MAX_KEPT) throw new AppError("database_unavailable");
      return bookOf(tenant).slices.reserve(needs, timing.waitMs);
    },
    refused(tenant, by, meta) {
      if (by.subject !== "" || !AUDITED.has(by.name)) return;
      const { refusals } = bookOf(tenant);
      const key = `${by.name} ${by.during}`;
      if (!refusals.has(key)) refusals.set(key, { by, meta });
    },
    record(tenant, event) {
      bookOf(tenant).events.push(usageRow(event));
      kept += 1;
    },
    settle,
    kept: () => kept,
    changed(tenant) {
      if (tenant === null) for (const book of books.values()) book.slices.changed();
      else books.get(tenant)?.slices.changed();
    },
    start() {
      const settleOrTell = () =>
        settle().catch((error: unknown) =>
          log.warn({ err: error, kept }, "what LLM calls used could not be written; it is kept"),
        );
      repeated = repeat(settleOrTell, () => timing.settleMs);
    },
    async stop(cut) {
      await repeated?.stop();
      // Slices are given back at the second look at which nothing was under way.
      while (books.size > 0 && !cut.aborted) {
        try {
          await settle();
          // Of what is still under way, the end must get its turn.
          if (books.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
        } catch (error) {
          log.error(
            { err: error, kept },
            "what LLM calls used could not be written at the end; trying again",
          );
          await new Promise((resolve) => setTimeout(resolve, timing.settleMs));
        }
      }
    },
  };
}

async function auditRefusals(
  tx: TenantTx,
  refusals: readonly { readonly by: QuotaKey; readonly meta: RequestMeta }[],
): Promise<void> {
  if (refusals.length === 0) return;
  const first = await recordRefusals(
    tx,
    refusals.map(({ by }) => by),
  );
  for (const { by, meta } of refusals) {
    if (!first.some(({ name, during }) => name === by.name && during === by.during)) continue;
    await append(tx, {
      billingAccountId: tx.billingAccountId,
      actor: { kind: "system", id: "llm" },
      action: "limits.reached",
      channel: null,
      accountId: null,
      subject: `${by.name} ${by.during}`,
      outcome: "refused",
      meta,
    });
  }
}

const isAway = (error: unknown): boolean =>
  error instanceof AppError && error.code === "database_unavailable";
