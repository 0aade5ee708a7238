/**
 * The status as a stream, for as long as the page is looked at: opened again when it was lost, later each time, and
 * closed while the tab is hidden. Read by fetch and not by EventSource, which shows neither the signs of life that tell
 * a quiet stream from a dead one nor why a stream was refused.
 */
import type { StatusDocument, StatusEvent, StatusEventName } from "@cogni/contract";
import { asWhom } from "../api-call.ts";

/** `lost`: it could not be opened, or not again; whoever needs the status asks for it. */
export type StreamState = "opening" | "open" | "lost";

export interface StreamReader {
  /** The id of the event that the reader's document came of; undefined where it has none, or one from elsewhere. */
  lastId(): string | undefined;
  take(event: StatusEvent, id: string): void;
  state(state: StreamState): void;
}

/** The server gives a sign of life each 15 s. */
const SILENT_MS = 40_000;
/** A proxy that gathers answers sends headers and then nothing. */
const FIRST_EVENT_MS = 8_000;
const RETRY_MS = 2_000;
const MAX_RETRY_MS = 60_000;

/** Begins to follow. Answers how to end it. */
export function followStatus(reader: StreamReader): () => void {
  const leaving = new AbortController();
  void follow(reader, leaving.signal);
  return () => leaving.abort();
}

async function follow(reader: StreamReader, leaving: AbortSignal): Promise<void> {
  let failures = 0;
  while (!leaving.aborted) {
    await visible(leaving);
    if (leaving.aborted) return;
    let retryMs = RETRY_MS;
    let wasOpen = false;
    const end = await attempt(
      {
        ...reader,
        state(state) {
          wasOpen ||= state === "open";
          reader.state(state);
        },
      },
      (ms) => {
        retryMs = ms;
      },
      leaving,
    );
    if (end === "left") {
      reader.state("opening");
      continue;
    }
    // A stream that was open and ended, as when the server restarts, is usually back at the next attempt.
    failures = wasOpen ? 0 : failures + 1;
    reader.state(failures > 0 ? "lost" : "opening");
    const backoffMs = Math.min(retryMs * 2 ** Math.max(0, failures - 1), MAX_RETRY_MS);
    await pause(backoffMs * (1 - Math.random() / 2), leaving);
  }
}

/** One stream, from its request to its end. `left`: nobody looks any more. Whatever else ends it is an end like any other. */
async function attempt(
  reader: StreamReader,
  onRetry: (ms: number) => void,
  leaving: AbortSignal,
): Promise<"left" | "ended"> {
  const hiding = new AbortController();
  const onVisibility = () => document.hidden && hiding.abort();
  document.addEventListener("visibilitychange", onVisibility);
  const watchdog = new AbortController();
  let timer = setTimeout(() => watchdog.abort(), FIRST_EVENT_MS);
  try {
    const lastId = reader.lastId();
    const by = asWhom();
    const [response, { STATUS_EVENTS }] = await Promise.all([
      fetch("/api/v1/channels/status", {
        ...by,
        headers: { accept: "text/event-stream", ...by.headers, ...(lastId && { "last-event-id": lastId }) },
        signal: AbortSignal.any([leaving, hiding.signal, watchdog.signal]),
      }),
      import("@cogni/contract"),
    ]);
    const isStream = response.ok && response.headers.get("content-type")?.startsWith("text/event-stream");
    if (!isStream || !response.body) {
      const seconds = Number(response.headers.get("retry-after"));
      if (seconds > 0) onRetry(seconds * 1_000);
      await response.body?.cancel();
      return "ended";
    }
    const decoder = new TextDecoder();
    let text = "";
    for (const chunks = response.body.getReader(); ; ) {
      const { done, value } = await chunks.read();
      if (done) return "ended";
      const blocks = (text + decoder.decode(value, { stream: true })).split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        clearTimeout(timer);
        timer = setTimeout(() => watchdog.abort(), SILENT_MS);
        const { event, id, data, retry } = fieldsOf(block);
        if (retry) onRetry(Number(retry));
        if (!event || !id || !data) continue;
        const schema = STATUS_EVENTS[event as StatusEventName];
        reader.take({ event, data: schema.parse(JSON.parse(data)) } as StatusEvent, id);
        reader.state("open");
      }
    }
  } catch {
    // Cut, refused, silent or not understood: polling goes on, and shows what is wrong where something is.
    return leaving.aborted || hiding.signal.aborted ? "left" : "ended";
  } finally {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisibility);
  }
}

/** The fields of one event, by name. The server writes each on one line; a comment has no name. */
function fieldsOf(block: string): Partial<Record<string, string>> {
  return Object.fromEntries(
    block.split("\n").map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
    }),
  );
}

/** The document after the event; undefined where the event is about one that is not there. */
export function applied(
  document: StatusDocument | undefined,
  { event, data }: StatusEvent,
): StatusDocument | undefined {
  if (event === "snapshot") return data;
  if (!document) return undefined;
  if (event === "gateway") return { ...document, ...data };
  const channels = document.channels.map((channel) => (channel.channel === data.channel ? data : channel));
  return { ...document, channels };
}

function visible(leaving: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !leaving.aborted) return;
      document.removeEventListener("visibilitychange", look);
      leaving.removeEventListener("abort", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
    leaving.addEventListener("abort", look);
    look();
  });
}

function pause(ms: number, leaving: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      leaving.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    leaving.addEventListener("abort", over);
  });
}
