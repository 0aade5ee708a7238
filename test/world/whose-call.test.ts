/** Every call of the model is made in some tenant's name, and never in another's. */
import { expect, inject, test, vi } from "vitest";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { connectAll, makeAccounts } from "../support/accounts.ts";
import { gatewayRpc } from "../support/gateway.ts";
import { measured } from "../support/measured.ts";

const world = joinWorld(inject("world"));
const ROUNDS = 10;
/** The gateway can lose a message while it tends its files: then nothing comes, however long one waits. */
const REPLY_MS = 8_000;

test("two bots written to at the same moment, ten times: each call carries its own tenant", {
  timeout: 150_000,
}, async () => {
  const pair = await makeAccounts(world, 2);
  await connectAll(pair);
  const text = (id: string, round: number) => `round ${round} for ${id}`;
  let missing = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(
      pair.map(({ id, token }) => world.telegram.say(token, { chat: 70 + round, text: text(id, round) })),
    );
    const replied = () =>
      Promise.all(
        pair.map(async ({ id, token }) =>
          (await world.telegram.sent(token)).some((sent) => sent.text === text(id, round)),
        ),
      );
    await vi
      .waitFor(async () => expect(await replied()).toEqual([true, true]), {
        timeout: REPLY_MS,
        interval: 100,
      })
      .catch(
        // Counted, not tried again: a message that the gateway lost is a fact to show.
        async () => {
          missing += (await replied()).filter((one) => !one).length;
        },
      );
  }

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
});

test("a call that carries no tenant reaches no model", async () => {
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
  await expect(
    gatewayRpc(world, "agent", {
      agentId: "nobody",
      message: marker,
      model: `cogni/echo`,
      sessionKey: "agent:nobody:main",
      idempotencyKey: marker,
    }),
  ).rejects.toThrow();
  const since = (await world.llm.calls()).slice(before);
  expect(since.filter(({ messages }) => JSON.stringify(messages).includes(marker))).toEqual([]);
  // None was ever let through: not in this test, and in no other of this world.
  expect(
    (await world.llm.calls()).filter(({ endUserId, status }) => endUserId === null && status === 200),
  ).toEqual([]);
});
