/** A channel plugin that no line of our code and no overlay knows: it has to work like the ones that everybody knows. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { channelIdSchema } from "@cogni/contract";
import { pino } from "pino";
import { describe, expect } from "vitest";
import { z } from "zod";
import { readCatalog } from "../../server/src/gateway/catalog.ts";
import { overlaySchema } from "../../server/src/gateway/overlay.ts";
import { pluginsListSchema, schemaNodeSchema } from "../../server/src/gateway/protocol.ts";
import { channelsStatusSchema } from "../../server/src/gateway/snapshot.ts";
import { disconnectFrom, PATIENCE_MS } from "../support/accounts.ts";
import { cardOf, expectPage, fieldOf, PATIENT, test, world } from "../support/browsing.ts";
import { gatewayConfig, gatewayRpc } from "../support/gateway.ts";
import { LONG } from "../support/long.ts";

const CHANNEL = "stork";
const problemSchema = z.object({
  code: z.string(),
  errors: z.array(z.object({ path: z.string() })).optional(),
});

async function tenant() {
  const [made] = await world.tenants(1);
  if (!made) throw new Error("no tenant was made");
  return { made, api: world.api(made) };
}

describe.concurrent("a channel that nobody here has heard of", { timeout: 180_000 }, () => {
  test("is offered with what its own schema says, whatever odd types stand in it", async () => {
    const { api } = await tenant();
    const { channels } = await api.status();
    expect(channels.find(({ channel }) => channel === CHANNEL)).toMatchObject({
      label: "Carrier stork",
      state: "not_connected",
      problem: null,
      connect: {
        method: "credentials",
        fields: [
          {
            name: "ringCode",
            label: "Ring code",
            help: "It stands on the ring of its left leg.",
            secret: true,
          },
          { name: "nestKey", label: "Nest key", help: null, secret: true },
        ],
      },
    });
  });

  test.runIf(LONG)("is connected by its two secrets, watched, and disconnected, by API", async () => {
    const { made, api } = await tenant();
    const credentials = { ringCode: `ring of ${made.billingAccountId}`, nestKey: "not its nest" };
    const lacking = await api.request("POST", "/api/v1/channels/connect", {
      channel: CHANNEL,
      credentials: { ringCode: "alone", egg: "hidden" },
    });
    expect(lacking.status).toBe(400);
    const { errors = [] } = problemSchema.parse(lacking.body);
    expect(errors.map(({ path }) => path).sort()).toEqual(["credentials.egg", "credentials.nestKey"]);

    await api.request("POST", "/api/v1/channels/connect", { channel: CHANNEL, credentials });
    const refused = await api.reaches(CHANNEL, ["action_required"], PATIENCE_MS);
    expect(refused.problem).toMatchObject({ code: "credential_refused", action: "replace_credential" });

    const nestKey = `nest of ${credentials.ringCode}`;
    await api.request("POST", "/api/v1/channels/connect", {
      channel: CHANNEL,
      credentials: { ...credentials, nestKey },
    });
    const up = await api.reaches(CHANNEL, ["connected"], PATIENCE_MS);
    expect(up.status).toMatchObject({ connected: true, running: true, configured: true, lastError: null });
    const folder = join(world.dataDir, "gateway", "state");
    const config = readFileSync(join(folder, "openclaw.json"), "utf8");
    expect(config).toContain(`tenant/${made.billingAccountId}/${CHANNEL}/`);
    expect(config).not.toContain(nestKey);

    await disconnectFrom(api, CHANNEL);
    expect((await api.reaches(CHANNEL, ["not_connected"], PATIENCE_MS)).accountId).toBeNull();
    const { sourceConfig } = await gatewayConfig(world);
    expect(JSON.stringify(sourceConfig.channels)).not.toContain(made.billingAccountId);
  });

  test("is connected and disconnected on the page, by a form that nobody wrote for it", async ({ visit }) => {
    const { made } = await tenant();
    // On a busy gateway the answer may be that it takes longer (504); the wish is carried out all the same.
    const page = await visit(made, { tolerates: ["/channels/disconnect"] });
    const card = cardOf(page, "Carrier stork");
    await expectPage(card).toContainText("Not connected");
    await page.getByRole("button", { name: "Connect Carrier stork" }).click();
    await fieldOf(page, "Ring code").fill(`ring of ${made.billingAccountId}`);
    await fieldOf(page, "Nest key").fill(`nest of ring of ${made.billingAccountId}`);
    await page.keyboard.press("Enter");
    await expectPage(card).toContainText("Connected", PATIENT);
    await page.getByRole("button", { name: "Done" }).click(PATIENT);
    await page.getByRole("button", { name: "More actions for Carrier stork" }).click();
    await page.getByRole("menuitem", { name: "Disconnect" }).click();
    const dialog = page.getByRole("dialog", { name: "Disconnect Carrier stork?" });
    await dialog.getByRole("button", { name: "Disconnect", exact: true }).click();
    await expectPage(card).toContainText("Not connected", PATIENT);
  });
});

describe.concurrent("a plugin that fails as it is loaded", () => {
  /** As the control plane would read it with such an overlay. */
  const catalogWith = (channels: object) =>
    readCatalog({
      client: {
        pluginsList: async () => pluginsListSchema.parse(await gatewayRpc(world, "plugins.list")),
        channelsStatus: async () => channelsStatusSchema.parse(await gatewayRpc(world, "channels.status")),
        schemaLookup: async (path) =>
          schemaNodeSchema.parse(await gatewayRpc(world, "config.schema.lookup", { path })),
      },
      overlay: overlaySchema.parse({
        defaults: { displayName: ["{name}"], account: { everyone: {}, approval: {} } },
        channels,
      }),
      channelPlugins: [],
      installing: new Set(),
      log: pino({ level: "silent" }),
    });

  test("takes nothing else off the page, and its own card says so, in the overlay's words if it has any", async () => {
    const { api } = await tenant();
    const { channels } = await api.status();
    const offered = channels.filter(({ problem }) => problem === null).map(({ channel }) => channel);
    expect(offered).toEqual(expect.arrayContaining([CHANNEL, "telegram"]));
    expect(channels.find(({ channel }) => channel === "heron")).toMatchObject({
      label: "Heron",
      state: "not_connected",
      problem: { code: "channel_unavailable" },
    });
    const catalog = await catalogWith({ heron: { label: "Grey heron", notice: "It eats fish." } });
    expect(catalog.get(channelIdSchema.parse("heron"))).toMatchObject({
      label: "Grey heron",
      unavailable: "channel_unavailable",
      connect: { notice: "It eats fish." },
    });
  });
});

describe("a channel whose plugin is not installed", () => {
  test("says so on its card and in the API's refusal, and leaves the others alone", async ({ visit }) => {
    const { made, api } = await tenant();
    const refusal = await api.request("POST", "/api/v1/channels/connect", {
      channel: "discord",
      credential: "a-token",
    });
    expect([refusal.status, problemSchema.parse(refusal.body).code]).toEqual([503, "channel_unavailable"]);
    const page = await visit(made);
    await expectPage(cardOf(page, "Discord")).toContainText(
      "The gateway cannot run this channel at the moment.",
    );
    await expectPage(page.getByRole("button", { name: "Connect Telegram" })).toBeEnabled();
  });
});
