/**
 * Which conversation and person an LLM call is made for. A call names itself `<run>:model:<number>` (`requestId` of its options), and
 * the gateway's hooks name the run with its session, channel and sender before it calls: so two chats of one tenant at once are told
 * apart by nothing but their own names (measured, OpenClaw 2026.9.6). A compaction has a run of its own that no hook names before
 * its call; its session is told just after, with the call's own name.
 */
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { processWide } from "./process-wide.ts";

export interface Run {
  readonly runId: string;
  readonly sessionKey: string | null;
  /** Of a message's run; null for one that no messenger's message caused. */
  readonly channel: string | null;
  readonly senderId: string | null;
}

export interface Runs {
  /** Resolves soon, also for a call of which nothing is known; null: nothing is. */
  of(callName: string): Promise<Run | null>;
}

/** A compaction's session is told within a few milliseconds. */
const WAIT_MS = 200;
/** Runs are over within minutes. */
const MAX_KEPT = 5_000;

export function runIdOf(callName: string): string {
  return callName.replace(/:model:\d+$/, "");
}

export interface RunNews {
  readonly runId: string | undefined;
  readonly sessionKey: string | undefined;
  readonly channel?: string | undefined;
  readonly senderId?: string | undefined;
}

/** Fed by hooks; knows no gateway. */
export function createRuns(): Runs & { follow(news: RunNews): void } {
  const runs = new Map<string, Run>();
  const waiting = new Map<string, Set<(run: Run) => void>>();
  return {
    follow({ runId, sessionKey, channel, senderId }) {
      if (runId === undefined) return;
      const known = runs.get(runId);
      const run = {
        runId,
        sessionKey: sessionKey ?? known?.sessionKey ?? null,
        channel: channel ?? known?.channel ?? null,
        senderId: senderId ?? known?.senderId ?? null,
      };
      runs.set(runId, run);
      for (const tell of waiting.get(runId) ?? []) tell(run);
      waiting.delete(runId);
      const [oldest] = runs.size > MAX_KEPT ? runs.keys() : [];
      if (oldest !== undefined) runs.delete(oldest);
    },
    of(callName) {
      const runId = runIdOf(callName);
      const known = runs.get(runId);
      if (known) return Promise.resolve(known);
      return new Promise((resolve) => {
        const tellers = waiting.get(runId) ?? new Set();
        waiting.set(runId, tellers);
        const timer = setTimeout(() => {
          tellers.delete(resolve);
          if (tellers.size === 0) waiting.delete(runId);
          resolve(null);
        }, WAIT_MS);
        tellers.add((run) => {
          clearTimeout(timer);
          resolve(run);
        });
      });
    },
  };
}

export function registerRuns(api: OpenClawPluginApi): Runs {
  const runs = processWide("runs", createRuns);
  api.on("before_prompt_build", (_event, { runId, sessionKey, channel, senderId }) => {
    runs.follow({ runId, sessionKey, channel, senderId });
    return undefined;
  });
  api.on("model_call_started", ({ runId }, { sessionKey }) => runs.follow({ runId, sessionKey }));
  return runs;
}
