/** The page's end of the status stream, with a network and a tab that a test steers. */
import type { StatusDocument, StatusEvent } from "@cogni/contract";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { applied, followStatus, type StreamState } from "../src/channels/status-stream.ts";
import { channel } from "./channel.ts";

const DOCUMENT: StatusDocument = {
  observedAt: "2026-01-02T03:04:05.000Z",
  gateway: { reachable: true },
  channels: [channel("one", { state: "connected" })],
};

/** What the page asked for, newest last; a test answers each. */
interface Request {
  readonly headers: Record<string, string>;
  readonly aborted: () => boolean;
  refuse(status: number, headers?: Record<string, string>): void;
  open(): { write(text: string | Uint8Array): void; end(): void };
}

let requests: Request[];
let tab: EventTarget & { hidden: boolean };
let taken: StatusEvent[];
let states: StreamState[];
let lastId: string | undefined;
let leave: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0);
  [requests, taken, states, lastId] = [[], [], [], undefined];
  tab = Object.assign(new EventTarget(), { hidden: false });
  vi.stubGlobal("document", tab);
  vi.stubGlobal("fetch", fakeFetch);
  leave = followStatus({
    lastId: () => lastId,
    take: (event, id) => {
      taken.push(event);
      lastId = id;
    },
    state: (state) => void states.push(state),
  });
});
afterEach(async () => {
  leave();
  await vi.advanceTimersByTimeAsync(0);
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function fakeFetch(_url: string, init: RequestInit): Promise<Response> {
  return new Promise((resolve, reject) => {
    const signal = init.signal as AbortSignal;
    let body: ReadableStreamDefaultController | undefined;
    signal.addEventListener("abort", () => {
      reject(new DOMException("aborted", "AbortError"));
      body?.error(new DOMException("aborted", "AbortError"));
    });
    requests.push({
      headers: init.headers as Record<string, string>,
      aborted: () => signal.aborted,
      refuse: (status, headers = {}) => resolve(new Response("{}", { status, headers })),
      open() {
        const stream = new ReadableStream({
          start: (controller) => {
            body = controller;
          },
        });
        resolve(new Response(stream, { headers: { "content-type": "text/event-stream" } }));
        const encoder = new TextEncoder();
        return {
          write: (text) => body?.enqueue(typeof text === "string" ? encoder.encode(text) : text),
          end: () => body?.close(),
        };
      },
    });
  });
}

const event = (name: string, id: string, data: object) =>
  `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
const SNAPSHOT = `retry: 2000\n${event("snapshot", "one", DOCUMENT)}`;

async function asked(count: number, withinMs: number): Promise<Request> {
  await vi.advanceTimersByTimeAsync(withinMs);
  expect(requests.length).toBe(count);
  return requests.at(-1) as Request;
}

async function opened(count = 1) {
  const request = await asked(count, 0);
  const stream = request.open();
  stream.write(SNAPSHOT);
  await vi.waitFor(() => expect(states.at(-1)).toBe("open"));
  return { request, stream };
}

test("is read event by event, wherever the network cuts its bytes", async () => {
  const { stream } = await opened();
  const gone = { observedAt: DOCUMENT.observedAt, gateway: { reachable: false } };
  const text = `:\n\n${event("gateway", "two", gone)}${event("channel", "three", channel("one", { label: "Größe" }))}`;
  for (const byte of new TextEncoder().encode(text)) stream.write(Uint8Array.of(byte));
  await vi.waitFor(() => expect(taken.map((one) => one.event)).toEqual(["snapshot", "gateway", "channel"]));
  expect(taken.at(-1)?.data).toMatchObject({ label: "Größe" });
  expect(lastId).toBe("three");
});

test("comes back after its end from where it was, and is lost only when it does not", async () => {
  const { stream } = await opened();
  stream.end();
  const again = await asked(2, 2_000);
  expect(again.headers["last-event-id"]).toBe("one");
  expect(states).not.toContain("lost");
  again.refuse(503);
  await vi.waitFor(() => expect(states.at(-1)).toBe("lost"));
  (await asked(3, 2_000)).refuse(503);
  (await asked(4, 4_000)).refuse(503);
  await asked(4, 7_000);
  await asked(5, 1_000);
  await opened(5);
});

test("waits as long as a refusal says", async () => {
  (await asked(1, 0)).refuse(429, { "retry-after": "30" });
  await asked(1, 29_000);
  await asked(2, 1_000);
});

test("is given up where it falls silent, or never begins", async () => {
  const { request } = await opened();
  await vi.advanceTimersByTimeAsync(39_000);
  expect(request.aborted()).toBe(false);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(request.aborted()).toBe(true);
  const gathered = await asked(2, 2_000);
  gathered.open();
  await vi.advanceTimersByTimeAsync(8_000);
  expect(gathered.aborted()).toBe(true);
  expect(states.at(-1)).toBe("lost");
});

test("something that is no stream, or not understood, is as good as none", async () => {
  (await asked(1, 0)).refuse(200, { "content-type": "application/json" });
  const second = await asked(2, 2_000);
  second.open().write(event("snapshot", "one", { channels: "none" }));
  await vi.waitFor(() => expect(states.at(-1)).toBe("lost"));
  expect(taken).toEqual([]);
});

test("ends while the tab is hidden, and is back when it is seen", async () => {
  const { request } = await opened();
  tab.hidden = true;
  tab.dispatchEvent(new Event("visibilitychange"));
  expect(request.aborted()).toBe(true);
  await asked(1, 600_000);
  tab.hidden = false;
  tab.dispatchEvent(new Event("visibilitychange"));
  expect((await asked(2, 0)).headers["last-event-id"]).toBe("one");
  expect(states).not.toContain("lost");
});

test("ends with the page", async () => {
  const { request } = await opened();
  leave();
  expect(request.aborted()).toBe(true);
  await asked(1, 600_000);
});

test("an event changes the document by what it is about, and nothing where there is none", () => {
  const gone = { observedAt: null, gateway: { reachable: false } };
  expect(applied(undefined, { event: "gateway", data: gone })).toBeUndefined();
  expect(applied(undefined, { event: "snapshot", data: DOCUMENT })).toBe(DOCUMENT);
  expect(applied(DOCUMENT, { event: "gateway", data: gone })).toEqual({ ...DOCUMENT, ...gone });
  const changed = channel("one", { state: "reconnecting" });
  expect(applied(DOCUMENT, { event: "channel", data: changed })?.channels).toEqual([changed]);
});
