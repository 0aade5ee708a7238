/** The main job, through the API: a bot is connected, answers as its tenant's agent, and is disconnected. */
import { expect, inject, test } from "vitest";
import { joinWorld } from "../../dev-env/src/world-client.ts";

const world = joinWorld(inject("world"));

test("a tenant connects a bot, is answered through it, and disconnects it", async () => {
  const [tenant] = await world.tenants(1);
  if (!tenant) throw new Error("no tenant was made");
  const { token, username } = await world.bot();
  const api = world.api(tenant);

  const { accountId } = await api.connect("telegram", token);
  expect(accountId).toBe(`tenant-${tenant.billingAccountId}`);
  await api.reaches("telegram", ["connected"]);
  await expect
    .poll(async () => (await api.reaches("telegram", ["connected"])).displayName)
    .toBe(`@${username}`);

  await world.telegram.say(token, { chat: 5, text: "hello bot" });
  await expect
    .poll(async () => (await world.telegram.sent(token)).map(({ text }) => text), { timeout: 30_000 })
    .toEqual(["hello bot"]);
  const calls = (await world.llm.calls()).filter(({ endUserId }) => endUserId === tenant.billingAccountId);
  expect(calls.map(({ lastUserText }) => lastUserText)).toEqual(["hello bot"]);

  await api.disconnect("telegram");
  await api.reaches("telegram", ["not_connected"]);
  const asked = (await world.telegram.polls(token)).length;
  await world.telegram.say(token, { chat: 5, text: "is anyone there?" });
  expect(await world.telegram.pending(token)).toBe(1);
  expect((await world.telegram.polls(token)).length).toBe(asked);
});
