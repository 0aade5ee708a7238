import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDisplayNames, nameOf } from "../../src/gateway/display-names.ts";
import type { ChannelsStatus } from "../../src/gateway/snapshot.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const TEMPLATES = ["@{probe.bot.username}", "{self.e164}"];

function probed(names: Record<string, string>) {
  const probes: string[] = [];
  const displayNames = createDisplayNames({
    minIntervalMs: 10_000,
    templates: () => TEMPLATES,
    probe: async (channel): Promise<ChannelsStatus> => {
      probes.push(channel);
      const rows = Object.entries(names).map(([accountId, username]) => ({
        accountId,
        probe: { bot: { username } },
      }));
      await new Promise((resolve) => setTimeout(resolve, 100));
      return { channelOrder: [], channelLabels: {}, channelAccounts: { [channel]: rows } };
    },
  });
  return { probes, displayNames };
}
const account = (accountId: string) => ({ channel: "telegram", accountId });

test("many who ask at once share one probe", async () => {
  const { probes, displayNames } = probed({ a: "a_bot", b: "b_bot" });
  const asked = Promise.all(["a", "b", "a"].map((id) => displayNames.get(account(id))));
  await vi.advanceTimersByTimeAsync(100);
  expect(await asked).toEqual(["@a_bot", "@b_bot", "@a_bot"]);
  expect(probes).toEqual(["telegram"]);
});

test("a channel is probed at most once in ten seconds, another one beside it", async () => {
  const names: Record<string, string> = { a: "a_bot" };
  const { probes, displayNames } = probed(names);
  void displayNames.get(account("a"));
  await vi.advanceTimersByTimeAsync(100);
  names.b = "b_bot";
  const late = displayNames.get(account("b"));
  void displayNames.get({ channel: "slack", accountId: "a" });
  await vi.advanceTimersByTimeAsync(9_000);
  expect(probes).toEqual(["telegram", "slack"]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await late).toBe("@b_bot");
});

test("a known name is not asked for again until the account may be another one", async () => {
  const names: Record<string, string> = { a: "old_bot" };
  const { probes, displayNames } = probed(names);
  void displayNames.get(account("a"));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(await displayNames.get(account("a"))).toBe("@old_bot");
  expect(probes).toHaveLength(1);
  names.a = "new_bot";
  displayNames.forget(account("a"));
  const renamed = displayNames.get(account("a"));
  await vi.advanceTimersByTimeAsync(100);
  expect(await renamed).toBe("@new_bot");
});

test("a messenger that tells no name leaves it unknown", async () => {
  const { displayNames } = probed({});
  const name = displayNames.get(account("a"));
  await vi.advanceTimersByTimeAsync(11_000);
  expect(await name).toBeNull();
});

test("the first template that the row can fill makes the name", () => {
  expect(nameOf({ probe: { bot: { username: "x" } }, self: { e164: "+1" } }, TEMPLATES)).toBe("@x");
  expect(nameOf({ probe: { bot: null }, self: { e164: "+1" } }, TEMPLATES)).toBe("+1");
  expect(nameOf({ probe: { bot: { username: "" } } }, TEMPLATES)).toBeNull();
});
