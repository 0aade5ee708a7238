import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { keepCatalog, readCatalog } from "../../src/gateway/catalog.ts";
import { accountTemplate, overlaySchema, readOverlay } from "../../src/gateway/overlay.ts";
import { schemaNodeSchema } from "../../src/gateway/protocol.ts";

const child = (key: string, hint: object = {}) => ({ key, hint });
const secret = { sensitive: true, advanced: false };

/** A gateway with a channel that nobody has heard of, one by QR, one of neither kind, and one that is hidden. */
const client = {
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

test("a channel that nobody has heard of is offered with the fields that the gateway's schema names", async () => {
  const catalog = await readCatalog(client, overlay());
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
  const [, mirror] = [...(await readCatalog(client, overlay())).values()];
  expect(mirror?.connect).toEqual({ method: "qr", fields: [], docsUrl: null });
});

test("the overlay hides fields, names more of them, and has the last word on their words", async () => {
  const ours = { fields: { ringCode: { hidden: true }, loft: { label: "Home", required: false } } };
  const [pigeon] = [...(await readCatalog(client, overlay({ pigeon: ours }))).values()];
  expect(pigeon?.connect.fields).toEqual([
    { name: "loft", label: "Home", help: null, placeholder: null, secret: false, required: false },
  ]);
});

test("what is on offer stays known while the gateway is away", async () => {
  const away = (): never => {
    throw new AppError("gateway_unreachable");
  };
  const catalog = keepCatalog(() => readCatalog(client, overlay()), pino({ level: "silent" }));
  await expect(catalog.get(away)).rejects.toMatchObject({ code: "gateway_unreachable" });
  await catalog.get(() => undefined);
  expect((await catalog.get(away)).size).toBe(2);
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
