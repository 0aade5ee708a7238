import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { channelIdSchema } from "@cogni/contract";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { type CatalogOptions, readCatalog } from "../../src/gateway/catalog.ts";
import { channelPlugins } from "../../src/gateway/channel-plugins.ts";
import { keepCatalog } from "../../src/gateway/keep-catalog.ts";
import { accountTemplate, overlaySchema, readOverlay } from "../../src/gateway/overlay.ts";
import { pluginsListSchema, schemaNodeSchema } from "../../src/gateway/protocol.ts";

const child = (key: string, hint: object = {}) => ({ key, hint });
const secret = { sensitive: true, advanced: false };

/** A gateway with a channel that nobody has heard of, one by QR, one of neither kind, and one that is hidden. */
const client = {
  pluginsList: async () => pluginsListSchema.parse({ plugins: [] }),
  channelsStatus: async () => ({
    channelOrder: ["pigeon", "mirror", "mute", "hidden"],
    channelLabels: { pigeon: "Carrier Pigeon" },
    channelAccounts: { mirror: [{ accountId: "default", linked: false }] },
  }),
  schemaLookup: async (path: string) =>
    schemaNodeSchema.parse(
      path === "channels.pigeon.accounts.*"
        ? {
            children: [child("ringCode", secret), child("loft"), child("old", { ...secret, advanced: true })],
          }
        : path === "channels.pigeon"
          ? { children: [child("ringCode", { label: "Ring code", help: "On its leg." })] }
          : { children: [] },
    ),
};
const defaults = { displayName: ["{self.name}"], account: { everyone: { dmPolicy: "open" }, approval: {} } };
const overlay = (channels: object = {}) =>
  overlaySchema.parse({ defaults, channels: { hidden: { hidden: true }, ...channels } });

const log = pino({ level: "silent" });
const read = (channels: object = {}, more: Partial<CatalogOptions> = {}) =>
  readCatalog({
    client,
    overlay: overlay(channels),
    channelPlugins: channelPlugins(overlay(channels), {}),
    installing: new Set(),
    log,
    ...more,
  });

test("the channels stand as the overlay names them, then the others as the gateway has them", async () => {
  expect([...(await read({ mirror: {} })).keys()]).toEqual(["mirror", "pigeon"]);
});

test("a channel lets people in one by one if its schema has a policy for that", async () => {
  const careful = {
    ...client,
    schemaLookup: async (path: string) => {
      const node = await client.schemaLookup(path);
      if (path === "channels.mirror.accounts.*") node.children.push({ key: "dmPolicy" });
      return node;
    },
  };
  const catalog = await read({}, { client: careful });
  expect([...catalog.values()].map(({ channel, connect }) => [channel, connect.byApproval])).toEqual([
    ["pigeon", false],
    ["mirror", true],
  ]);
});

test("a channel that nobody has heard of is offered with the fields that the gateway's schema names", async () => {
  const catalog = await read();
  expect([...catalog.keys()]).toEqual(["pigeon", "mirror"]);
  expect([...catalog.values()][0]).toMatchObject({
    label: "Carrier Pigeon",
    connect: {
      method: "credentials",
      docsUrl: null,
      fields: [
        {
          name: "ringCode",
          label: "Ring code",
          help: "On its leg.",
          placeholder: null,
          secret: true,
          required: true,
        },
      ],
    },
  });
});

test("an account that can be linked and takes no credential logs in by QR code", async () => {
  const [, mirror] = [...(await read()).values()];
  expect(mirror?.connect).toMatchObject({ method: "qr", fields: [], docsUrl: null });
});

test("the overlay hides fields, names more of them, and has the last word on their words", async () => {
  const ours = { fields: { ringCode: { hidden: true }, loft: { label: "Home", required: false } } };
  const [pigeon] = [...(await read({ pigeon: ours })).values()];
  expect(pigeon?.connect.fields).toEqual([
    { name: "loft", label: "Home", help: null, placeholder: null, secret: false, required: false },
  ]);
});

test("what is on offer stays known while the gateway is away", async () => {
  const away = (): never => {
    throw new AppError("gateway_unreachable");
  };
  const catalog = keepCatalog(() => read(), log);
  await expect(catalog.get(away)).rejects.toMatchObject({ code: "gateway_unreachable" });
  await catalog.get(() => undefined);
  expect((await catalog.get(away)).size).toBe(2);
});

const plugin = { id: "kite", package: "@kites/kite", version: "1.2.3" };
const rows = (...plugins: object[]) => ({
  client: { ...client, pluginsList: async () => pluginsListSchema.parse({ plugins }) },
});

test("a channel whose plugin is not installed has a card that says so, until it is", async () => {
  const kite = { label: "Kite", plugin, method: "qr", notice: "Wind." };
  const absent = (await read({ kite })).get(channelIdSchema.parse("kite"));
  expect(absent).toMatchObject({
    label: "Kite",
    unavailable: "channel_unavailable",
    connect: { method: "qr", fields: [], notice: "Wind." },
  });
  const coming = await read({ kite }, { installing: new Set(["kite"]) });
  expect(coming.get(channelIdSchema.parse("kite"))?.unavailable).toBe("channel_installing");
  const there = await read({ pigeon: { plugin } });
  expect(there.get(channelIdSchema.parse("pigeon"))?.unavailable).toBeNull();
});

test("a channel that the operator turned off, or that is hidden, has no card", async () => {
  const off = { channels: { kite: { enabled: false } } };
  const known = overlay({ kite: { plugin } });
  expect([
    ...(await read({ kite: { plugin } }, { channelPlugins: channelPlugins(known, off) })).keys(),
  ]).toEqual(["pigeon", "mirror"]);
  expect((await read({ kite: { plugin, hidden: true } })).size).toBe(2);
});

test("a plugin that is there and did not load has a card where the overlay or the gateway knows its channel", async () => {
  const broken = { id: "stork", name: "Stork", channelIds: ["stork"], runtime: { state: "unloaded" } };
  expect((await read({}, rows(broken))).has(channelIdSchema.parse("stork"))).toBe(false);
  expect((await read({ stork: {} }, rows(broken))).get(channelIdSchema.parse("stork"))).toMatchObject({
    label: "Stork",
    unavailable: "channel_unavailable",
  });
  const listed = await read({}, rows({ ...broken, channelIds: ["pigeon"] }));
  expect(listed.get(channelIdSchema.parse("pigeon"))).toMatchObject({
    label: "Carrier Pigeon",
    unavailable: "channel_unavailable",
    connect: { fields: [] },
  });
});

test("where a schema lets any key stand, those that the overlay names are taken", async () => {
  const open = {
    ...client,
    schemaLookup: async (path: string) =>
      schemaNodeSchema.parse({
        children: path.endsWith("*")
          ? [child("ringCode", secret), child("*")]
          : [child("home", { help: "Where it nests." }), { key: "nests", type: "integer" }],
      }),
  };
  const account = { everyone: { dm: { policy: "open" } }, approval: {} };
  const ours = { fields: { home: {}, nests: {} }, account };
  const pigeon = (await read({ pigeon: ours }, { client: open })).get(channelIdSchema.parse("pigeon"));
  expect(pigeon?.connect.fields).toMatchObject([
    { name: "home", help: "Where it nests.", secret: false },
    { name: "ringCode", secret: true },
  ]);
  expect([...(pigeon?.accountKeys ?? [])]).toEqual(["home", "nests", "dm", "ringCode"]);
});

test("where a plugin calls none of its secrets basic, all of them are asked for", async () => {
  const plain = {
    ...client,
    schemaLookup: async () =>
      schemaNodeSchema.parse({
        children: [child("a", { sensitive: true, advanced: true }), child("b", { advanced: true })],
      }),
  };
  const [pigeon] = [...(await read({}, { client: plain })).values()];
  expect(pigeon?.connect.fields.map(({ name }) => name)).toEqual(["a"]);
});

test("a schema with types that nobody knows takes nothing else off the page", async () => {
  const odd = {
    ...client,
    schemaLookup: async (path: string) => {
      if (path.startsWith("channels.mirror")) throw new AppError("internal_error");
      return schemaNodeSchema.parse({
        hint: { label: 7 },
        children: [
          { key: "ringCode", type: { odd: true }, hint: { ...secret, label: ["two", "words"] } },
          { key: "nest", type: "object", hint: secret },
          { key: "perch", hint: "none" },
          { key: "second", type: ["string", "null"], hint: secret },
          { key: "third", hint: secret },
        ],
      });
    },
  };
  const catalog = await read({}, { client: odd });
  expect([...catalog.keys()]).toEqual(["pigeon", "mute"]);
  expect([...catalog.values()][0]?.connect.fields.map(({ name }) => name)).toEqual(["second", "third"]);
});

test("the overlay that we ship keeps its own rules", () => {
  const shipped = readOverlay(join(import.meta.dirname, "../../../config/channels.json"));
  expect(accountTemplate(shipped, "telegram", "everyone")).toMatchObject({
    dmPolicy: "open",
    allowFrom: ["*"],
    groupPolicy: "disabled",
  });
});

test("an overlay that breaks a rule is refused with file, path and rule, all of them at once", () => {
  const folder = mkdtempSync(join(tmpdir(), "overlay-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "channels.json");
  writeFileSync(
    file,
    JSON.stringify({ defaults, channels: { a: { docsUrl: "no" }, b: { fields: { c: { hide: true } } } } }),
  );
  expect(() => readOverlay(file)).toThrow(
    /channels\.json[\s\S]*channels\.a\.docsUrl: [\s\S]*channels\.b\.fields\.c: .*hide/,
  );
  writeFileSync(file, "{");
  expect(() => readOverlay(file)).toThrow(/channels\.json: cannot be read as JSON/);
});

test.each([
  [{ method: "qr", fields: { token: {} } }, /channels\.a\.fields\.token: .*never asked for/],
  [{ scanSteps: ["Tap."] }, /channels\.a\.scanSteps: .*"method" is "qr"/],
  [{ fields: { token: { hidden: true, label: "Token" } } }, /channels\.a\.fields\.token: is hidden/],
  [
    { plugin: { id: "a", package: "@a/a", version: "latest" } },
    /channels\.a\.plugin\.version: .*exact version/,
  ],
  [{ plugin: { id: "a", package: "../a", version: "1.0.0" } }, /channels\.a\.plugin\.package: .*npm package/],
])("an overlay whose parts do not fit each other is refused: %j", (channel, rule) => {
  const folder = mkdtempSync(join(tmpdir(), "overlay-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "channels.json");
  writeFileSync(file, JSON.stringify({ defaults, channels: { a: channel } }));
  expect(() => readOverlay(file)).toThrow(rule);
});
