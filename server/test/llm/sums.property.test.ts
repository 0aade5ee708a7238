/** Money is neither lost nor made: whatever happens at once, and in whichever order, the books have what the upstream gave. */
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  completion,
  death,
  delta,
  finish,
  jsonAnswer,
  refusal,
  usageChunk,
} from "../../../dev-env/src/stand-ins/upstream/answers.ts";
import { cut, event, rawStream, STREAM_HEADERS } from "../../../dev-env/src/stand-ins/upstream/sse.ts";
import type { Answer } from "../../../dev-env/src/stand-ins/upstream/steps.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { rebuildUsageDays, unequalUsageDays } from "../../src/db/usage-days.ts";
import { asSuperuser } from "../support/database.ts";
import {
  ask,
  chat,
  costOf,
  type LlmRoom,
  type LlmTenant,
  llmRoom,
  messageHeaders,
  newLlmTenant,
  sumOf,
  usageRows,
} from "../support/llm.ts";
import type { LlmRole } from "../support/llm-role.ts";

let room: LlmRoom;
beforeAll(async () => {
  room = await llmRoom({ timing: { waitMs: 8_000, settleMs: 20 } });
});
afterAll(() => room.close());

/** One attempt: what the upstream does, what it used, and what its caller does meanwhile. */
interface Attempt {
  readonly how: (typeof HOWS)[number];
  readonly model: "echo" | "dear";
  readonly prompt: number;
  readonly completion: number;
  readonly cuts: readonly number[];
  /** The caller hangs up: before it is answered, or after the first byte. */
  readonly hangsUp: "never" | "before" | "after";
  readonly retried: boolean;
  readonly process: number;
  readonly waitMs: number;
}
const HOWS = [
  "whole",
  "stream",
  "told twice",
  "error in the stream",
  "dies after usage",
  "refused",
  "dies at once",
] as const;
const FREE = new Set<string>(["refused", "dies at once"]);

const attempt: fc.Arbitrary<Attempt> = fc.record({
  how: fc.constantFrom(...HOWS),
  model: fc.constantFrom("echo" as const, "dear" as const),
  prompt: fc.integer({ min: 1, max: 5_000 }),
  completion: fc.integer({ min: 1, max: 5_000 }),
  cuts: fc.array(fc.nat(600), { maxLength: 4 }),
  hangsUp: fc.constantFrom("never" as const, "never" as const, "before" as const, "after" as const),
  retried: fc.boolean(),
  process: fc.nat(1),
  waitMs: fc.nat(5),
});
/** What happens at once; between two of these, the process named is ended and begun anew, while the other goes on. */
const story = fc.array(
  fc.record({ attempts: fc.array(attempt, { minLength: 1, maxLength: 8 }), restarts: fc.option(fc.nat(1)) }),
  { minLength: 1, maxLength: 4 },
);

function answerOf({ how, model, prompt, completion: answered, cuts, waitMs }: Attempt): Answer {
  const usage = { prompt_tokens: prompt, completion_tokens: answered };
  const words = [
    { ...delta("Good "), model },
    { ...delta("day."), model },
  ];
  const streamed = (...chunks: object[]) => [
    { waitMs },
    ...cut([...words, ...chunks].map((each) => event(each)).join(""), cuts),
  ];
  const told = { ...usageChunk(usage), model };
  switch (how) {
    case "whole":
      return { ...completion({ model, usage }), steps: [{ waitMs }, ...completion({ model, usage }).steps] };
    case "stream":
      return rawStream([...streamed(finish(), told), { send: event("[DONE]") }]);
    case "told twice":
      return rawStream(
        streamed({ ...usageChunk({ prompt_tokens: 1, completion_tokens: 1 }), model }, told, told),
      );
    case "error in the stream":
      return rawStream(streamed(told, { error: { message: "no more" } }));
    case "dies after usage":
      return death(streamed(told), { headers: STREAM_HEADERS });
    case "refused":
      return refusal(503);
    case "dies at once":
      return death([{ waitMs }]);
    default:
      return jsonAnswer(how satisfies never);
  }
}

/** No caller waits any more when a process is ended here. */
const ALL_ANSWERED_MS = 1;

async function make(
  roles: readonly LlmRole[],
  tenant: LlmTenant,
  attempts: Attempt,
  headers: Record<string, string>,
) {
  const script = room.upstream.script(answerOf(attempts));
  const caller = new AbortController();
  const body = chat(script.token, { stream: attempts.how !== "whole" });
  const asked = ask(roles[attempts.process] as LlmRole, tenant.key, body, { headers, signal: caller.signal });
  if (attempts.hangsUp === "before") {
    await expect.poll(() => script.calls.length, { interval: 1, timeout: 10_000 }).toBe(1);
    caller.abort();
  }
  try {
    const answer = await asked;
    if (attempts.hangsUp === "after") {
      await answer.body?.getReader().read();
      caller.abort();
    } else await answer.text();
  } catch {
    // Cut off, by either side: as the attempt says.
  }
  expect(script.calls).toHaveLength(1);
}

test("no interleaving of calls, hang-ups, retries and restarts changes the sum", {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(story, async (acts) => {
      const tenant = await newLlmTenant(room, {
        day_nano: "900000000000",
        month_nano: "900000000000",
        calls_per_minute: 100_000,
        concurrent_calls: 100,
      });
      const roles = [await room.start(), await room.start()];
      for (const { attempts, restarts } of acts) {
        const under = attempts.map(async (each) => {
          const headers = messageHeaders({
            "x-cogni-channel": each.model === "dear" ? "telegram" : "discord",
          });
          await make(roles, tenant, each, headers);
          if (each.retried) await make(roles, tenant, each, { ...headers, "x-request-id": randomUUID() });
        });
        await Promise.all(under);
        if (restarts === null) continue;
        // What its callers left is still read to its end.
        await roles[restarts]?.stop(ALL_ANSWERED_MS);
        roles[restarts] = await room.start();
      }
      await Promise.all(roles.map((role) => role.stop(ALL_ANSWERED_MS)));

      const all = acts.flatMap(({ attempts }) =>
        attempts.flatMap((each) => (each.retried ? [each, each] : [each])),
      );
      const given = all.filter(({ how }) => !FREE.has(how));
      const rows = await usageRows(room.database, tenant.id);
      expect(rows).toHaveLength(all.length);
      expect(rows.filter(({ measured }) => !measured)).toEqual([]);
      const total = (key: "prompt" | "completion") => given.reduce((sum, each) => sum + each[key], 0);
      expect(rows.reduce((sum, row) => sum + row.prompt, 0)).toBe(total("prompt"));
      expect(rows.reduce((sum, row) => sum + row.completion, 0)).toBe(total("completion"));
      const cost = given.reduce((sum, each) => sum + costOf(each.model, each), 0n);
      expect(sumOf(rows)).toBe(cost);

      const sums = async () => {
        const [days] = await asSuperuser(
          room.database,
          `SELECT sum(calls)::integer AS calls, sum(cost_nano)::text AS cost FROM usage_days WHERE billing_account_id = $1`,
          [tenant.id],
        );
        return days;
      };
      expect(await sums()).toEqual({ calls: all.length, cost: String(cost) });
      await withTenant(room.database.db, tenant.id, async (tx) => {
        expect(await unequalUsageDays(tx)).toEqual([]);
        await rebuildUsageDays(tx, "2000-01-01", "2100-01-01");
      });
      expect(await sums()).toEqual({ calls: all.length, cost: String(cost) });
      const [quota] = await asSuperuser(
        room.database,
        "SELECT sum(used)::text AS used FROM quotas WHERE billing_account_id = $1 AND name = 'month_budget'",
        [tenant.id],
      );
      expect(BigInt(String(quota?.used))).toBe(cost);
    }),
    { numRuns: 30, endOnFailure: true },
  );
});
