/**
 * An official plugin, installed from npm into a running gateway, and its bot through a restart of the gateway; against a
 * stand-in for the messenger. It takes a minute and needs an npm registry, so it is no part of `npm test`.
 */
import { expect, test } from "vitest";
import { eventually, startBreakable } from "../support/breakable.ts";
import { startDiscord } from "../support/discord.ts";
import { accountRows } from "../support/gateway.ts";

const INSTALL_MS = 240_000;
/** The gateway boots in half a minute with such a plugin, and in a minute on a busy machine. */
const BACK_MS = 150_000;

test("a Discord bot connects with its token, comes back by itself after a crash of the gateway, and tells when it was revoked", {
  timeout: 600_000,
}, async () => {
  const discord = await startDiscord();
  const { world, killGateway } = await startBreakable(
    { INSTALL_CHANNEL_PLUGINS: "on" },
    {
      gatewayOverlay: { channels: { slack: { enabled: false }, whatsapp: { enabled: false } } },
      gatewayEnv: { DISCORD_API_URL: discord.apiUrl },
    },
  );
  const [tenant] = await world.tenants(1);
  if (!tenant) throw new Error("no tenant was made");
  const api = world.api(tenant);
  const card = async () => (await api.status()).channels.find(({ channel }) => channel === "discord");

  expect((await card())?.problem?.code).toBe("channel_installing");
  await eventually(async () => expect((await card())?.problem).toBeNull(), INSTALL_MS);

  const token = discord.addBot("acme-bot");
  await api.connect("discord", token);
  await api.reaches("discord", ["connected"], BACK_MS);
  discord.say(token, "hello");
  await eventually(() => expect(discord.sent.join("\n")).toContain("hello"));

  const started = (await accountRows(world, "discord")).get(`tenant-${tenant.billingAccountId}`)?.lastStartAt;
  const logins = discord.logins(token);
  await killGateway();
  await eventually(() => expect(discord.logins(token)).toBeGreaterThan(logins), BACK_MS);
  const back = await api.reaches("discord", ["connected"], BACK_MS);
  expect(back.problem).toBeNull();
  const again = (await accountRows(world, "discord")).get(`tenant-${tenant.billingAccountId}`)?.lastStartAt;
  expect(again).toBeGreaterThan(started ?? 0);

  discord.revoke(token);
  const refused = await api.reaches("discord", ["action_required"], BACK_MS);
  expect(refused.problem).toMatchObject({ code: "credential_refused", action: "replace_credential" });
});
