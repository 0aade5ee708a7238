/** What happens to an account is on its timeline, from the wish to the disconnect, and a tenant sees its own alone. */
import { type Timeline, timelineSchema } from "@cogni/contract";
import { expect, inject, test, vi } from "vitest";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { type Account, connectAll, disconnectAll, makeAccounts, PATIENCE_MS } from "../support/accounts.ts";

const world = joinWorld(inject("world"));

async function timelineOf({ api }: Account): Promise<Timeline["channels"]> {
  return timelineSchema.parse((await api.request("GET", "/api/v1/channels/timeline?days=1")).body).channels;
}

vi.setConfig({ testTimeout: 180_000 });

test("an account's timeline tells what it went through, and the share of the time it was up", async () => {
  const [account, neighbour] = await makeAccounts(world, 2);
  if (!account || !neighbour) throw new Error("no tenants were made");
  expect(await timelineOf(account)).toEqual([]);
  await connectAll([account]);
  await world.telegram.revoke(account.token);
  await account.api.reaches("telegram", ["action_required"], PATIENCE_MS);
  await connectAll([{ ...account, ...(await world.bot()) }]);
  await disconnectAll([account]);

  const told = await vi.waitFor(async () => {
    const [channel] = await timelineOf(account);
    expect(channel?.changes.at(-1)?.state).toBe("not_connected");
    return channel;
  });
  const states = told?.changes.map(({ state, code }) => [state, code].filter(Boolean).join(" ")) ?? [];
  // What lasted for less than a look is told or not.
  const certain = states.filter((state) => !["connecting", "disconnecting"].includes(state));
  expect(certain).toEqual(["connected", "action_required credential_refused", "connected", "not_connected"]);
  expect(told?.upShare).toBeGreaterThan(0);
  expect(told?.upShare).toBeLessThan(1);
  expect(told?.parts).toHaveLength(24);
  expect(await timelineOf(neighbour)).toEqual([]);
});
