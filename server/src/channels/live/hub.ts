/**
 * The open status streams of this process. However many people look at a tenant, its document is computed once, when
 * the database says that something of it changed and every few seconds for what changes by time alone, and what
 * changed is written once and handed to all of them.
 */
import type { BillingAccountId, StatusDocument } from "@cogni/contract";
import type { Principal } from "../../auth/principal.ts";
import { createRefresher } from "./refresher.ts";
import { createSeats } from "./seats.ts";
import { eventsBetween, gatewayEventOf, snapshotOf, type View, viewOf, viewWithin } from "./view.ts";

/** Where a stream is written to. */
export interface Reader {
  /** Takes it in any case. False: no more until `StatusStream.drained`, or the reader's memory would be ours. */
  write(bytes: Uint8Array): boolean;
  /** Ends the stream after what was written. */
  end(): void;
  /** Ends it at once. */
  cut(): void;
  /** Whether it may still read, by a look-up of at most that age. @throws AppError database_unavailable */
  mayRead(maxAgeMs: number): Promise<boolean>;
}

export interface StatusStream {
  /** The reader has taken what was written to it. */
  drained(): void;
  /** The reader is gone. */
  closed(): void;
}

/** A place among the streams, held from before the headers are sent. One of the two is called, once. */
export interface Seat {
  /** @param lastId of the last event that the reader has, if it was here before */
  take(reader: Reader, lastId: string | undefined): StatusStream;
  giveBack(): void;
}

export interface StatusHub {
  /** @throws AppError rate_limited, database_unavailable */
  seat(principal: Pick<Principal, "billingAccountId" | "channels">): Promise<Seat>;
  /** What these tenants are shown may have changed; of all tenants without an argument. */
  changed(billingAccountIds?: Iterable<BillingAccountId>): void;
  /** How many streams are open, or about to be. */
  open(): number;
  /** Ends all streams, and every one that is still to come. */
  close(): void;
}

export interface HubOptions {
  readonly read: (billingAccountId: BillingAccountId) => Promise<StatusDocument>;
  readonly maxStreams: number;
  readonly maxStreamsPerTenant: number;
  readonly timing: StreamTiming;
  readonly log: { debug(details: object, message: string): void };
}

/** All in milliseconds. */
export interface StreamTiming {
  /** Between two looks at what changes by time alone. */
  readonly tickMs: number;
  /** Between two signs of life on a stream. */
  readonly heartbeatMs: number;
  /** How long a reader is believed to be allowed to read. */
  readonly believedMs: number;
  /** A reader that takes nothing for so long is given up. */
  readonly stalledMs: number;
  /** Before a reader comes back; each is told up to twice as much, so that not all come at once. */
  readonly retryMs: number;
}

interface Tenant {
  readonly streams: Set<Stream>;
  view: View | null;
  /** The part of the view that all readers have been told. */
  toldGateway: string | null;
}

interface Stream {
  readonly tenant: Tenant;
  /** To which its reader is kept; null: to none. */
  readonly channels: Principal["channels"];
  readonly reader: Reader;
  /** Of the view it has, or will have when it has taken what was written. */
  hasId: string;
  /** Since when it takes nothing; null: it takes. */
  fullSince: number | null;
}

/** So many documents are computed at once: the pool's other connections are for those who ask. */
const READS_AT_ONCE = 4;
const CHECKS_AT_ONCE = 4;
/** Of the time for which a reader is believed; a look-up as old as the rest counts, so that tabs of one session share it. */
const CHECK_SHARE = 0.75;
const HEARTBEAT = ":\n\n";

export function createStatusHub({ read, timing, log, ...limits }: HubOptions): StatusHub {
  const tenants = new Map<BillingAccountId, Tenant>();
  const seats = createSeats(limits);
  let closed = false;
  const refresher = createRefresher(READS_AT_ONCE, refresh);
  const checker = createRefresher(CHECKS_AT_ONCE, check);
  const timers = [
    setInterval(() => changed(), timing.tickMs),
    setInterval(heartbeat, timing.heartbeatMs),
    setInterval(checkAll, CHECK_SHARE * timing.believedMs),
  ];

  async function refresh(billingAccountId: BillingAccountId): Promise<void> {
    const tenant = tenants.get(billingAccountId);
    if (!tenant) return;
    const before = tenant.view;
    tenant.view = viewOf(await read(billingAccountId), before);
    if (!before) return;
    const written = new Map<string, Buffer>();
    for (const stream of tenant.streams) {
      // One that is full gets the newest state when it has taken what it has.
      if (stream.fullSince !== null) continue;
      const key = stream.channels?.join() ?? "";
      const bytes = written.get(key) ?? eventsFor(stream, before, tenant.view);
      written.set(key, bytes);
      if (bytes.length > 0) write(stream, bytes, tenant.view);
    }
  }

  const eventsFor = ({ channels }: Stream, before: View, after: View): Buffer =>
    Buffer.from(eventsBetween(viewWithin(before, channels), viewWithin(after, channels)));

  function write(stream: Stream, bytes: Uint8Array, view: View): void {
    stream.hasId = viewWithin(view, stream.channels).id;
    if (!stream.reader.write(bytes)) stream.fullSince = performance.now();
  }

  function changed(billingAccountIds: Iterable<BillingAccountId> = tenants.keys()): void {
    for (const id of billingAccountIds) {
      if (!tenants.has(id)) continue;
      refresher.refresh(id).catch((error: unknown) =>
        // The next tick looks again; if it lasts, the streams end by the look at who may read.
        log.debug({ err: error, billingAccountId: id }, "a status could not be read for its streams"),
      );
    }
  }

  /** A comment keeps proxies from closing what is idle; where the gateway was looked at since, its time goes along. */
  function heartbeat(): void {
    const oldest = performance.now() - timing.stalledMs;
    for (const tenant of tenants.values()) {
      const { view } = tenant;
      if (!view) continue;
      const isTold = tenant.toldGateway === view.gateway.json;
      tenant.toldGateway = view.gateway.json;
      const bytesFor = (seen: View) => Buffer.from(HEARTBEAT + (isTold ? "" : gatewayEventOf(seen)));
      const forMost = bytesFor(view);
      for (const stream of tenant.streams) {
        const { channels } = stream;
        const bytes = channels === null ? forMost : bytesFor(viewWithin(view, channels));
        if (stream.fullSince === null) write(stream, bytes, view);
        else if (stream.fullSince < oldest) stream.reader.cut();
      }
    }
  }

  function checkAll(): void {
    for (const { streams } of tenants.values()) for (const stream of streams) void checker.refresh(stream);
  }

  async function check(stream: Stream): Promise<void> {
    const maxAgeMs = (1 - CHECK_SHARE) * timing.believedMs;
    const mayRead = await stream.reader.mayRead(maxAgeMs).catch((error: unknown) => {
      // Nobody can tell, and what is shown may be old: whoever comes back is told so.
      log.debug({ err: error }, "a stream ends: its reader could not be looked up");
      return false;
    });
    if (!mayRead) end(stream);
  }

  /** Nothing is written to it any more from here on; its seat is free when the reader is gone. */
  function end(stream: Stream): void {
    if (stream.tenant.streams.delete(stream)) stream.reader.end();
  }

  function reserve(billingAccountId: BillingAccountId): Tenant {
    seats.take(billingAccountId);
    const tenant = tenants.get(billingAccountId) ?? { streams: new Set(), view: null, toldGateway: null };
    tenants.set(billingAccountId, tenant);
    return tenant;
  }

  function giveBack(billingAccountId: BillingAccountId): void {
    if (seats.giveBack(billingAccountId) === 0) tenants.delete(billingAccountId);
  }

  function take(
    tenant: Tenant,
    channels: Stream["channels"],
    whole: View,
    reader: Reader,
    lastId: string | undefined,
  ): Stream {
    const view = viewWithin(whole, channels);
    const stream: Stream = { tenant, channels, reader, hasId: view.id, fullSince: null };
    tenant.streams.add(stream);
    const retry = `retry: ${Math.round(timing.retryMs * (1 + Math.random()))}\n`;
    const first = lastId === view.id ? gatewayEventOf(view) : snapshotOf(view);
    write(stream, Buffer.from(retry + first), whole);
    if (closed) end(stream);
    return stream;
  }

  return {
    async seat({ billingAccountId, channels }) {
      const tenant = reserve(billingAccountId);
      try {
        if (!tenant.view) await refresher.refresh(billingAccountId);
      } catch (error) {
        giveBack(billingAccountId);
        throw error;
      }
      return {
        giveBack: () => giveBack(billingAccountId),
        take(reader, lastId) {
          const { view } = tenant;
          if (!view) throw new TypeError("a seat is given when there is something to show");
          const stream = take(tenant, channels, view, reader, lastId);
          return {
            drained() {
              if (!tenant.streams.has(stream)) return;
              stream.fullSince = null;
              const now = tenant.view ?? view;
              const seen = viewWithin(now, channels);
              if (stream.hasId !== seen.id) write(stream, Buffer.from(snapshotOf(seen)), now);
            },
            closed() {
              tenant.streams.delete(stream);
              giveBack(billingAccountId);
            },
          };
        },
      };
    },
    changed,
    open: seats.taken,
    close() {
      closed = true;
      for (const timer of timers) clearInterval(timer);
      for (const { streams } of tenants.values()) for (const stream of streams) end(stream);
    },
  };
}
