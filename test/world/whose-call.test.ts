/** Every call of the model is made in some tenant's name, and never in another's. */
import { expect, inject, test, vi } from "vitest";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { connectAll, makeAccounts } from "../support/accounts.ts";
import { gatewayLog, gatewayRpc } from "../support/gateway.ts";
import { LONG } from "../support/long.ts";
import { measured } from "../support/measured.ts";

const world = joinWorld(inject("world"));
const ROUNDS = 10;
/** Milliseconds that a round waits for its replies, and the whole for those that are late. */
const ROUND_MS = 5_000;
const LAST_MS = 20_000;

// In npm test the bill is looked at: bill.test.ts.
test.runIf(LONG)(
  "two bots written to at the same moment, again and again: each call carries its own tenant",
  {
    timeout: 150_000,
  },
  async () => {
    const pair = await makeAccounts(world, 2);
    await connectAll(pair);
    const text = (id: string, round: number) => `round ${round} for ${id}`;
    const replies = async (rounds: readonly number[]) => {
      const sent = await Promise.all(
        pair.map(async ({ token }) => (await world.telegram.sent(token)).map((message) => message.text)),
      );
      return pair.flatMap(({ id }, index) =>
        rounds.filter((round) => sent[index]?.includes(text(id, round))),
      );
    };
    const answered = (rounds: readonly number[], timeout: number) =>
      vi
        .waitFor(async () => expect(await replies(rounds)).toHaveLength(2 * rounds.length), {
          timeout,
          interval: 100,
        })
        // Counted below, not tried again: a message that the gateway lost is a fact to show.
        .catch(() => undefined);
    const all = Array.from({ length: ROUNDS }, (_, round) => round);
    for (const round of all) {
      await Promise.all(
        pair.map(({ id, token }) => world.telegram.say(token, { chat: 70 + round, text: text(id, round) })),
      );
      await answered([round], ROUND_MS);
    }
    await answered(all, LAST_MS);
    const missing = 2 * ROUNDS - (await replies(all)).length;

    const calls = (await world.llm.calls()).filter(({ messages }) =>
      pair.some(({ id }) => JSON.stringify(messages).includes(id)),
    );
    for (const { id } of pair) {
      const own = calls.filter(({ endUserId }) => endUserId === id);
      expect(own.length).toBeGreaterThan(0);
      const others = pair.filter((other) => other.id !== id).map((other) => other.id);
      for (const call of own)
        for (const other of others) expect(JSON.stringify(call.messages)).not.toContain(other);
    }
    expect(calls.filter(({ endUserId }) => !pair.some(({ id }) => id === endUserId))).toEqual([]);
    for (const [index, { token }] of pair.entries()) {
      const other = pair[1 - index]?.id ?? "";
      expect((await world.telegram.sent(token)).filter((sent) => sent.text.includes(other))).toEqual([]);
    }
    measured(
      `${2 * ROUNDS} messages to two bots at once: ${calls.length} calls of the model, each in its own tenant's name; ` +
        `${missing} replies never came`,
    );
  },
);

test("a call that carries no tenant reaches no model", { timeout: 180_000 }, async () => {
  // As the endpoint sees it.
  const anonymous = await fetch(`${world.llmUrl}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "echo", messages: [{ role: "user", content: "whose call is this?" }] }),
  });
  expect(anonymous.status).toBe(400);

  // As the gateway makes it, for an agent that belongs to no tenant.
  const marker = `for nobody ${Date.now()}`;
  const before = (await world.llm.calls()).length;
  const run = { runId: marker, timeoutMs: 25_000 };
  await gatewayRpc(world, "agent", {
    agentId: "nobody",
    message: marker,
    model: `cogni/${world.env.LLM_MODEL}`,
    sessionKey: "agent:nobody:main",
    idempotencyKey: run.runId,
  });
  await vi.waitFor(
    async () => expect(await gatewayRpc(world, "agent.wait", run)).toMatchObject({ status: "error" }),
    { timeout: 150_000 },
  );
  expect(gatewayLog(world).some(({ line }) => line.includes("refused an LLM call of nobody"))).toBe(true);
  const since = (await world.llm.calls()).slice(before);
  expect(since.filter(({ messages }) => JSON.stringify(messages).includes(marker))).toEqual([]);
  // None was ever let through: not in this test, and in no other of this world.
  expect(
    (await world.llm.calls()).filter(({ endUserId, status }) => endUserId === null && status === 200),
  ).toEqual([]);
});
