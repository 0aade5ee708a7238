/** What a script says, step by step, and how it is carried out. */
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export type Step =
  /** Goes out as one write: what is to be cut anywhere is several of them. */
  | { readonly send: string | Uint8Array }
  | { readonly waitMs: number }
  /** Goes on when that is settled: for tests, which wait for conditions and not for time. */
  | { readonly until: Promise<unknown> }
  /** Until the caller hangs up, unless `times` is given. */
  | { readonly repeat: readonly Step[]; readonly times?: number }
  /** Nothing more, and no end: until the caller hangs up. */
  | { readonly hang: true }
  /** The connection is gone, in the middle of whatever it was; with `reset`, without a farewell. */
  | { readonly die: true; readonly reset?: boolean };

export interface Answer {
  /** 200 where it is left out. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** The headers go out with the first byte: an answer without any that dies has none. They go at once where it is `true`. */
  readonly headersFirst?: boolean;
  /** Packs the body: whatever was asked for, or where the caller accepts it. */
  readonly gzip?: "always" | "asked";
  /** Ends by itself after the last one. */
  readonly steps: readonly Step[];
}

/** @param cut called when the script ends the connection by itself */
export async function play(answer: Answer, response: ServerResponse, cut: () => void): Promise<void> {
  let over = false;
  const gone = new Promise<void>((resolve) => {
    response.once("close", () => {
      over = true;
      resolve();
    });
  });
  const begin = () => {
    if (!response.headersSent) response.writeHead(answer.status ?? 200, { ...answer.headers });
  };
  // As little later as a connection takes that waits to fill its packets.
  response.socket?.setNoDelay(true);
  if (answer.headersFirst) {
    begin();
    response.flushHeaders();
  }

  async function run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (over) return;
      if ("send" in step) {
        begin();
        await Promise.race([sent(response, step.send), gone]);
      } else if ("waitMs" in step) {
        await Promise.race([sleep(step.waitMs, undefined, { ref: false }), gone]);
      } else if ("until" in step) {
        await Promise.race([step.until, gone]);
      } else if ("repeat" in step) {
        for (let round = 0; round < (step.times ?? Number.POSITIVE_INFINITY); round += 1) {
          if (over) return;
          await run(step.repeat);
        }
      } else if ("hang" in step) {
        await gone;
      } else {
        cut();
        if (step.reset) response.socket?.resetAndDestroy();
        else response.socket?.destroySoon();
        await gone;
      }
    }
  }
  await run(answer.steps);
  if (over) return;
  begin();
  response.end();
}

/** Each chunk out before the next one: what is cut in pieces must arrive so, as far as the network lets it. */
function sent(response: ServerResponse, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => response.write(chunk, () => setImmediate(resolve)));
}
