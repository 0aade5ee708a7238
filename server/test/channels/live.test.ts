/** The streams of one process, with readers that a test holds still: what is written to whom, and how often it is computed. */
import {
  type BillingAccountId,
  billingAccountIdSchema,
  channelIdSchema,
  type StatusDocument,
} from "@cogni/contract";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  createStatusHub,
  type Reader,
  type StatusHub,
  type StatusStream,
} from "../../src/channels/live/hub.ts";
import { createRefresher } from "../../src/channels/live/refresher.ts";
import { eventsBetween, snapshotOf, viewOf } from "../../src/channels/live/view.ts";
import { AppError } from "../../src/errors.ts";
import { statusDocument, streamedEvents } from "../support/status-document.ts";

const [acme, bolt] = ["acme", "bolt"].map((id) => billingAccountIdSchema.parse(id)) as [
  BillingAccountId,
  BillingAccountId,
];
const TIMING = { tickMs: 5_000, heartbeatMs: 15_000, stalledMs: 30_000, believedMs: 4_000, retryMs: 2_000 };

let documents: Map<BillingAccountId, StatusDocument>;
let reads: BillingAccountId[];
let hub: StatusHub;

beforeEach(() => {
  vi.useFakeTimers();
  documents = new Map([
    [acme, statusDocument({ one: "connected", two: "not_connected" })],
    [bolt, statusDocument({ one: "connecting", two: "not_connected" })],
  ]);
  reads = [];
  hub = newHub();
});
afterEach(() => {
  hub.close();
  vi.useRealTimers();
});

function newHub(limits = { maxStreams: 100, maxStreamsPerTenant: 10 }): StatusHub {
  return createStatusHub({
    async read(id) {
      reads.push(id);
      const document = documents.get(id);
      if (!document) throw new AppError("database_unavailable");
      return document;
    },
    ...limits,
    timing: TIMING,
    log: { debug: () => undefined },
  });
}

/** Notes what it is told; `full` makes it take nothing more. */
class TestReader implements Reader {
  text = "";
  full = false;
  ended = false;
  wasCut = false;
  allowed: () => Promise<boolean> = async () => true;
  write(bytes: Uint8Array): boolean {
    if (this.ended) throw new Error("written to after its end");
    this.text += Buffer.from(bytes).toString();
    return !this.full;
  }
  end(): void {
    this.ended = true;
  }
  cut(): void {
    this.wasCut = true;
  }
  mayRead(): Promise<boolean> {
    return this.allowed();
  }
  events() {
    return streamedEvents(this.text);
  }
  names(): string[] {
    return this.events().map(({ event }) => event);
  }
}

async function open(
  id = acme,
  lastId?: string,
  reader = new TestReader(),
): Promise<{ reader: TestReader; stream: StatusStream }> {
  const seat = await hub.seat({ billingAccountId: id, channels: null });
  return { reader, stream: seat.take(reader, lastId) };
}

async function becomes(id: BillingAccountId, document: StatusDocument): Promise<void> {
  documents.set(id, document);
  hub.changed([id]);
  await vi.advanceTimersByTimeAsync(0);
}

describe("a stream", () => {
  test("begins with the document, then has what changes in it, each with the id of the document it makes", async () => {
    const { reader } = await open();
    expect(reader.events()).toMatchObject([{ event: "snapshot", data: documents.get(acme) }]);
    expect(reader.text).toMatch(/^retry: \d{4}\n/);
    const next = statusDocument({ one: "reconnecting", two: "connecting" }, { reachable: false });
    await becomes(acme, next);
    const [, ...events] = reader.events();
    expect(events).toMatchObject([
      { event: "gateway", data: { observedAt: next.observedAt, gateway: { reachable: false } } },
      { event: "channel", data: next.channels[0] },
      { event: "channel", data: next.channels[1] },
    ]);
    expect(events.at(-1)?.id).toBe(viewOf(next, null).id);
    expect(new Set(reader.events().map(({ id }) => id)).size).toBe(4);
  });

  test("of a reader who is kept to some channels is silent about the others, and goes on from where it was", async () => {
    const within = { billingAccountId: acme, channels: [channelIdSchema.parse("two")] };
    const reader = new TestReader();
    (await hub.seat(within)).take(reader, undefined);
    await becomes(acme, statusDocument({ one: "reconnecting", two: "not_connected" }));
    await becomes(acme, statusDocument({ one: "reconnecting", two: "connecting" }));
    expect(
      reader.events().flatMap(({ event, data }) => (event === "gateway" ? [] : [event, data])),
    ).toMatchObject([
      "snapshot",
      { channels: [{ channel: "two" }] },
      "channel",
      { channel: "two", state: "connecting" },
    ]);
    expect(reader.text).not.toContain('"one"');
    const again = new TestReader();
    (await hub.seat(within)).take(again, reader.events().at(-1)?.id);
    expect(again.names()).toEqual(["gateway"]);
  });

  test("has the whole document again where channels came or went", async () => {
    const { reader } = await open();
    await becomes(acme, statusDocument({ one: "connected" }));
    expect(reader.names()).toEqual(["snapshot", "snapshot"]);
  });

  test("tells nothing where nothing can be seen to have changed", async () => {
    const { reader } = await open();
    await becomes(acme, {
      ...(documents.get(acme) as StatusDocument),
      observedAt: "2026-02-03T00:00:00.000Z",
    });
    hub.changed();
    await vi.advanceTimersByTimeAsync(0);
    expect(reader.names()).toEqual(["snapshot"]);
    expect(reads.length).toBe(3);
  });

  test("is computed once for all who look at the tenant, and for no tenant at whom nobody looks", async () => {
    const viewers = [await open()];
    viewers.push(...(await Promise.all(Array.from({ length: 9 }, () => open()))));
    expect(reads).toEqual([acme]);
    await becomes(acme, statusDocument({ one: "reconnecting", two: "not_connected" }));
    await becomes(bolt, statusDocument({ one: "connected", two: "not_connected" }));
    expect(reads).toEqual([acme, acme]);
    for (const { reader } of viewers) expect(reader.names()).toEqual(["snapshot", "channel"]);
    for (const { stream } of viewers) stream.closed();
    hub.changed();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reads).toEqual([acme, acme]);
  });

  test("never has what is another tenant's", async () => {
    const [ours, theirs] = [await open(acme), await open(bolt)];
    await becomes(bolt, statusDocument({ one: "action_required", two: "not_connected" }));
    expect(ours.reader.names()).toEqual(["snapshot"]);
    expect(theirs.reader.names()).toEqual(["snapshot", "channel"]);
  });

  test("looks for itself at what changes by time alone", async () => {
    const { reader } = await open();
    documents.set(acme, statusDocument({ one: "reconnecting", two: "not_connected" }));
    await vi.advanceTimersByTimeAsync(TIMING.tickMs);
    expect(reader.names()).toEqual(["snapshot", "channel"]);
  });

  test("gives signs of life, and with them when the gateway was last seen", async () => {
    const { reader } = await open();
    await vi.advanceTimersByTimeAsync(TIMING.heartbeatMs);
    const quiet = reader.text.length;
    await vi.advanceTimersByTimeAsync(TIMING.heartbeatMs);
    expect(reader.text.slice(quiet)).toBe(":\n\n");
    const observedAt = "2026-02-03T00:00:00.000Z";
    documents.set(acme, { ...(documents.get(acme) as StatusDocument), observedAt });
    await vi.advanceTimersByTimeAsync(TIMING.heartbeatMs);
    expect(reader.events().at(-1)).toMatchObject({ event: "gateway", data: { observedAt } });
  });

  test("goes on where it was: who has the newest state is not told it again, by whichever process", async () => {
    const { reader } = await open();
    await becomes(acme, statusDocument({ one: "connecting", two: "not_connected" }));
    const [before, now] = reader.events().map(({ id }) => id);
    hub.close();
    hub = newHub();
    expect((await open(acme, now)).reader.names()).toEqual(["gateway"]);
    expect((await open(acme, before)).reader.names()).toEqual(["snapshot"]);
    expect((await open(acme, "nonsense")).reader.names()).toEqual(["snapshot"]);
  });
});

describe("a reader", () => {
  test("that is slow gets the newest state when it reads again, and nothing of what it missed", async () => {
    const { reader, stream } = await open();
    reader.full = true;
    await becomes(acme, statusDocument({ one: "connecting", two: "not_connected" }));
    const queued = reader.text.length;
    for (const state of ["reconnecting", "action_required", "connected"] as const) {
      await becomes(acme, statusDocument({ one: state, two: "connected" }));
    }
    await vi.advanceTimersByTimeAsync(TIMING.heartbeatMs);
    expect(reader.text.length).toBe(queued);
    reader.full = false;
    stream.drained();
    expect(reader.names()).toEqual(["snapshot", "channel", "snapshot"]);
    expect(reader.events().at(-1)?.data).toEqual(documents.get(acme));
    stream.drained();
    expect(reader.names().length).toBe(3);
  });

  test("that takes nothing for too long is given up", async () => {
    const [slow, other] = [await open(), await open()];
    slow.reader.full = true;
    await becomes(acme, statusDocument({ one: "connecting", two: "not_connected" }));
    await vi.advanceTimersByTimeAsync(TIMING.stalledMs + TIMING.heartbeatMs);
    expect([slow.reader.wasCut, other.reader.wasCut]).toEqual([true, false]);
  });

  test("who may read no longer is told nothing more, and within the time for which it is believed", async () => {
    const [leaver, other] = [await open(), await open()];
    leaver.reader.allowed = async () => false;
    await vi.advanceTimersByTimeAsync(TIMING.believedMs);
    expect([leaver.reader.ended, other.reader.ended]).toEqual([true, false]);
    await becomes(acme, statusDocument({ one: "connecting", two: "not_connected" }));
    leaver.stream.drained();
    expect(leaver.reader.names()).toEqual(["snapshot"]);
    expect(other.reader.names()).toEqual(["snapshot", "channel"]);
  });

  test("whom nobody can look up, as without the database, has its stream ended", async () => {
    const { reader } = await open();
    reader.allowed = async () => {
      throw new AppError("database_unavailable");
    };
    await vi.advanceTimersByTimeAsync(TIMING.believedMs);
    expect(reader.ended).toBe(true);
  });

  test("finds no seat beyond the limits, and one again when another leaves", async () => {
    hub = newHub({ maxStreams: 3, maxStreamsPerTenant: 2 });
    const [first] = [await open(), await open()];
    await expect(hub.seat({ billingAccountId: acme, channels: null })).rejects.toMatchObject({
      code: "rate_limited",
    });
    await open(bolt);
    await expect(hub.seat({ billingAccountId: bolt, channels: null })).rejects.toMatchObject({
      code: "rate_limited",
    });
    first.stream.closed();
    (await hub.seat({ billingAccountId: acme, channels: null })).giveBack();
    await open();
  });

  test("whose document could not be read gives its seat back", async () => {
    hub = newHub({ maxStreams: 1, maxStreamsPerTenant: 1 });
    const document = documents.get(acme) as StatusDocument;
    documents.delete(acme);
    await expect(hub.seat({ billingAccountId: acme, channels: null })).rejects.toMatchObject({
      code: "database_unavailable",
    });
    documents.set(acme, document);
    await open();
  });
});

test("the end of the process ends every stream, those too that are just being opened", async () => {
  const { reader } = await open();
  const seat = await hub.seat({ billingAccountId: bolt, channels: null });
  hub.close();
  const late = new TestReader();
  seat.take(late, undefined);
  expect([reader.ended, late.ended]).toEqual([true, true]);
});

test("the events from one document to the next make it of it, one at a time", () => {
  const before = viewOf(statusDocument({ one: "connected", two: "connecting", three: "unknown" }), null);
  const after = viewOf(statusDocument({ one: "connected", two: "connected", three: "connected" }), before);
  const events = streamedEvents(eventsBetween(before, after));
  expect(events.map(({ event }) => event)).toEqual(["channel", "channel"]);
  // Whoever lost the connection after the first comes back with the id of exactly what it has.
  const between = viewOf(statusDocument({ one: "connected", two: "connected", three: "unknown" }), null);
  expect(events.map(({ id }) => id)).toEqual([between.id, after.id]);
  expect(streamedEvents(snapshotOf(after))[0]?.id).toBe(after.id);
});

test("a task runs for one key once at a time, for few keys at once, and anew for whoever asked while it ran", async () => {
  const begun: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const refresher = createRefresher<string>(2, (key) => {
    begun.push(key);
    const gate = Promise.withResolvers<void>();
    gates.set(key, gate);
    return gate.promise;
  });
  const first = refresher.refresh("a");
  const again = refresher.refresh("a");
  const third = refresher.refresh("a");
  void refresher.refresh("b");
  const failing = refresher.refresh("c");
  expect(begun).toEqual(["a", "b"]);
  gates.get("a")?.resolve();
  await first;
  await vi.waitFor(() => expect(begun).toEqual(["a", "b", "a"]));
  gates.get("a")?.resolve();
  await Promise.all([again, third]);
  await vi.waitFor(() => expect(begun).toEqual(["a", "b", "a", "c"]));
  gates.get("c")?.reject(new Error("down"));
  await expect(failing).rejects.toThrow("down");
});
