/** A reader of the status stream, as a program would be one: what it was told so far, and when it ended. */
import { streamedEvents } from "./status-document.ts";

export interface TestStream {
  readonly response: Response;
  /** All that came, comments included. */
  text(): string;
  events(): ReturnType<typeof streamedEvents>;
  /** True where the server ended it, false where it was cut. */
  readonly ended: Promise<boolean>;
  close(): Promise<void>;
}

/** @param headers such as `authorization` or `last-event-id` */
export async function openStream(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<TestStream> {
  const leaving = new AbortController();
  const response = await fetch(`${url}/api/v1/channels/status`, {
    headers: { accept: "text/event-stream", ...headers },
    signal: leaving.signal,
  });
  let text = "";
  const decoder = new TextDecoder();
  const ended = (async () => {
    // A refusal is the caller's to read.
    if (!response.ok) return true;
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
    return true;
  })().catch(() => false);
  return {
    response,
    text: () => text,
    events: () => streamedEvents(text.slice(0, text.lastIndexOf("\n\n") + 2)),
    ended,
    async close() {
      leaving.abort();
      await ended;
    },
  };
}
