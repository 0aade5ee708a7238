/**
 * Finds the events in a stream of bytes, wherever it was cut (WHATWG HTML, server-sent events): lines may end in LF or CRLF, and
 * an event may have comments and other fields. What has not ended waits for its end; everything else can go on at once.
 */

const LF = 10;
const CR = 13;
const NOTHING = Buffer.alloc(0);
/** An event longer than this is no model's; it is passed on unread. */
const MAX_EVENT = 8 * 1024 * 1024;

export interface SseSplitter {
  /** @param onEvent each event that ended in this chunk, its blank line included */
  push(chunk: Buffer, onEvent: (event: Buffer) => void): void;
  /** What has no end yet. */
  rest(): Buffer;
}

export function createSseSplitter(): SseSplitter {
  let pending: Buffer = NOTHING;
  return {
    push(chunk, onEvent) {
      const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      // A blank line's first half may be the last that came before.
      let from = 0;
      let search = Math.max(0, pending.length - 3);
      for (;;) {
        const end = endOfEvent(bytes, search);
        if (end < 0) break;
        onEvent(bytes.subarray(from, end));
        from = end;
        search = end;
      }
      pending = bytes.subarray(from);
      if (pending.length <= MAX_EVENT) return;
      onEvent(pending);
      pending = NOTHING;
    },
    rest: () => pending,
  };
}

/** Behind the blank line that ends it; below 0: there is none. */
function endOfEvent(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(LF, from); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

/** What an event says; null: it says nothing, as a comment. */
export function dataOf(event: Buffer): string | null {
  const text = event.toString();
  // What nearly every event looks like.
  if (text.startsWith("data: ") && text.indexOf("\n") === text.length - 2) return text.slice(6, -2);
  const lines = text.split(/\r?\n/).filter((line) => line === "data" || line.startsWith("data:"));
  if (lines.length === 0) return null;
  return lines.map((line) => line.slice(5).replace(/^ /, "")).join("\n");
}
