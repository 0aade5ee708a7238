/** Tenants who look at their channels all the time, by asking and by a stream, and note whatever they are told. */
import { setTimeout as sleep } from "node:timers/promises";
import { type ChannelState, statusDocumentSchema } from "@cogni/contract";
import { openStream, type TestStream } from "../../../server/test/support/event-stream.ts";
import type { Account } from "../accounts.ts";
import { type Answered, ask } from "./acts.ts";

export interface Look extends Answered {
  /** Null where the answer was an error. */
  readonly state: ChannelState | null;
}

export interface Viewer {
  readonly account: Pick<Account, "api" | "tenant">;
  readonly looks: readonly Look[];
  /** What its stream said last; null while it has none. */
  streamed(): ChannelState | null;
  /** How often its stream ended and was opened again. */
  reopened(): number;
  /** Resolves when it looks no more. Throws what no tenant should ever meet: a request without an answer. */
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 500;
/** As long as a browser waits that was told nothing else. */
const REOPEN_MS = 2_000;

/** @param url of the API */
export function view(url: string, account: Viewer["account"], channel: string): Viewer {
  const looks: Look[] = [];
  const leaving = new AbortController();
  let stream: TestStream | null = null;
  let opened = 0;

  async function look(): Promise<void> {
    while (!leaving.signal.aborted) {
      const { body, ...answered } = await ask(account.api, "GET", "/api/v1/channels/status");
      const channels = answered.status === 200 ? statusDocumentSchema.parse(body).channels : [];
      looks.push({ ...answered, state: channels.find((one) => one.channel === channel)?.state ?? null });
      await pause(LOOK_EVERY_MS);
    }
  }

  async function follow(): Promise<void> {
    while (!leaving.signal.aborted) {
      const next = await openStream(url, { authorization: `Bearer ${account.tenant.apiKey}` });
      if (next.response.ok) {
        opened += 1;
        stream = next;
      }
      const left = new Promise<void>((resolve) =>
        leaving.signal.addEventListener("abort", () => resolve(), { once: true }),
      );
      await Promise.race([next.ended, left]);
      stream = null;
      await next.close();
      await pause(REOPEN_MS);
    }
  }

  async function pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: leaving.signal }).catch((error: unknown) => {
      if (!leaving.signal.aborted) throw error;
    });
  }

  const both = Promise.all([look(), follow()]);
  // Told by `stop`.
  both.catch(() => leaving.abort());
  return {
    account,
    looks,
    streamed() {
      for (const event of stream?.events().toReversed() ?? []) {
        if (event.event === "gateway") continue;
        const channels = event.event === "snapshot" ? event.data.channels : [event.data];
        const found = channels.find((one) => one.channel === channel);
        if (found) return found.state;
      }
      return null;
    },
    reopened: () => Math.max(0, opened - 1),
    async stop() {
      leaving.abort();
      await both;
    },
  };
}
