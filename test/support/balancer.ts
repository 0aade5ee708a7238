/**
 * Spreads requests over several control planes as a load balancer does: to those whose `/readyz` says 200, and once more
 * elsewhere where a connection is refused. An answer that breaks off is nobody's to repeat, and is kept as a failure.
 */
import { setTimeout as sleep } from "node:timers/promises";

export interface Balancer {
  /** @param path such as `/api/v1/channels/status` */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** What broke, in words; a refused connection is none. */
  readonly broken: readonly string[];
  readonly answered: () => number;
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 100;
const PATIENCE_MS = 30_000;

export function startBalancer(origins: readonly string[]): Balancer {
  const ready = new Set(origins);
  const broken: string[] = [];
  const closing = new AbortController();
  let turn = 0;
  let answered = 0;

  const watching = Promise.all(
    origins.map(async (origin) => {
      while (!closing.signal.aborted) {
        const isReady = await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
          (response) => response.ok,
          // Nobody listens there now.
          () => false,
        );
        if (isReady) ready.add(origin);
        else ready.delete(origin);
        await sleep(LOOK_EVERY_MS);
      }
    }),
  );

  return {
    broken,
    answered: () => answered,
    async fetch(path, init) {
      for (const deadline = Date.now() + PATIENCE_MS; ; ) {
        const [origin] = [...ready].slice(turn++ % Math.max(1, ready.size));
        try {
          if (!origin) throw new Error("nobody is ready");
          const response = await fetch(origin + path, init);
          answered += 1;
          return response;
        } catch (error) {
          const code = codeOf(error);
          const refused = origin === undefined || code === "ECONNREFUSED";
          if (!refused) broken.push(`${init?.method ?? "GET"} ${path}: ${code ?? String(error)}`);
          if (!refused || Date.now() > deadline) throw error;
          await sleep(LOOK_EVERY_MS / 2);
        }
      }
    },
    async close() {
      closing.abort();
      await watching;
    },
  };
}

function codeOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
}
