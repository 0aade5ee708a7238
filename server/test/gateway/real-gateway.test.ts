/** What we rely on of the gateway, on the real one: booted once, met by several facades one after the other. */

import { join } from "node:path";
import { type BillingAccountId, billingAccountIdSchema, channelIdSchema } from "@cogni/contract";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { LONG } from "../../../test/support/long.ts";
import { loadDeviceCredentials } from "../../src/gateway/device-identity.ts";
import { failureOf } from "../../src/gateway/failure.ts";
import type { AccountSpec, Gateway } from "../../src/gateway/gateway.ts";
import { at } from "../../src/gateway/json.ts";
import type { GatewayReconciled } from "../../src/gateway/reconcile-gateway.ts";
import { type AccountObservation, accountKeyString } from "../../src/gateway/snapshot.ts";
import { Secret } from "../../src/secret.ts";
import { arriveFrom, type LivingGateway, livingGateway, outsideAddress } from "./living-gateway.ts";

const SLOW = 120_000;
let world: LivingGateway;
let gateway: Gateway;
let first: GatewayReconciled;
let configPatches = 0;
let configHash: () => Promise<string>;

beforeAll(async () => {
  world = await livingGateway();
  const opened = world.open();
  const { client } = opened;
  gateway = opened.gateway;
  const patch = client.configPatch;
  client.configPatch = (request) => {
    configPatches += 1;
    return patch(request);
  };
  configHash = async () => (await client.configGet()).hash;
  first = await reconciled(gateway);
}, 240_000);

afterAll(async () => {
  await gateway?.close();
  await world?.stop();
}, 60_000);

function reconciled(of: Gateway): Promise<GatewayReconciled> {
  return new Promise((resolve) => {
    const end = of.onReachable((result) => {
      resolve(result);
      setImmediate(() => end());
    });
  });
}

let bots = 0;
/** A tenant's account whose bot Telegram knows, unless the token is refused. */
function account(name: string, version = 1, known = true): AccountSpec {
  const billingAccountId: BillingAccountId = billingAccountIdSchema.parse(name);
  const reference = `tenant/${name}/telegram/v${version}/botToken`;
  bots += 1;
  const token = `${1000 + bots}:AA${String(bots).padStart(33, "x")}`;
  if (!world.secrets.has(reference)) {
    world.secrets.set(reference, token);
    if (known) world.telegram.addBot({ token, username: `${name}_v${version}_bot` });
  }
  return {
    billingAccountId,
    channel: "telegram",
    accountId: `tenant-${name}`,
    agentName: name,
    secretFields: { botToken: reference },
    plainFields: {},
    access: "everyone",
    approved: [],
  };
}

async function seen(
  spec: AccountSpec,
  good: (row: AccountObservation) => boolean,
): Promise<AccountObservation> {
  for (let after = new Date(); ; ) {
    gateway.hurry(2_000);
    const snapshot = await gateway.next(after, 60_000);
    after = snapshot.observedAt;
    const row = snapshot.accounts.get(accountKeyString(spec));
    if (row && good(row)) return row;
  }
}

async function bringUp(spec: AccountSpec): Promise<AccountObservation> {
  await gateway.put(spec);
  expect(await gateway.start(spec)).toEqual({ kind: "started" });
  return seen(spec, (row) => row.connected);
}

test("a fresh gateway is claimed, and nothing but its owner differs from what we want", () => {
  expect(first.changed).toEqual(["plugins.entries.cogni-bridge.config.installationId"]);
});

test("a second look at the same gateway mends nothing", { timeout: SLOW }, async () => {
  const again = world.open();
  onTestFinished(() => again.gateway.close());
  expect(await reconciled(again.gateway)).toMatchObject({ changed: [], restartsChannels: false });
});

test("another installation's gateway is not written to", { timeout: SLOW }, async () => {
  const hash = await configHash();
  const { gateway: stranger } = world.open({ installationId: "elsewhere" });
  onTestFinished(() => stranger.close());
  await expect
    .poll(() => stranger.problem(), { timeout: SLOW })
    .toMatchObject({ reason: "foreign_installation" });
  await expect(stranger.put(account("stranger"))).rejects.toMatchObject({ reason: "foreign_installation" });
  await expect(stranger.next()).rejects.toMatchObject({ code: "gateway_unreachable" });
  expect(stranger.reachable()).toBe(false);
  expect(await configHash()).toBe(hash);
});

test("only channels whose plugin runs are offered, with the fields that connecting takes", {
  timeout: SLOW,
}, async () => {
  const catalog = await gateway.catalog();
  const offered = [...catalog.values()].filter(({ unavailable }) => unavailable === null);
  expect(offered.map(({ channel }) => channel)).toEqual(["telegram"]);
  const telegram = catalog.get(channelIdSchema.parse("telegram"));
  expect(telegram?.connect.fields.map(({ name }) => name)).toEqual(["botToken"]);
});

test("an account that is put and started comes up under its name, and putting it again writes nothing", {
  timeout: SLOW,
}, async () => {
  const spec = account("acme");
  const row = await bringUp(spec);
  expect(failureOf(row)).toBeNull();
  expect(await gateway.applied(spec)).toEqual({
    enabled: true,
    access: "everyone",
    refs: spec.secretFields,
  });
  expect(await gateway.displayName(spec)).toBe("@acme_v1_bot");
  const hash = await configHash();
  await gateway.put(spec);
  expect(await configHash()).toBe(hash);
});

test("a token that Telegram refuses is told as refused, for good", { timeout: SLOW }, async () => {
  const spec = account("wrong", 1, false);
  await gateway.put(spec);
  await gateway.start(spec);
  const row = await seen(spec, (one) => failureOf(one) !== null);
  expect(failureOf(row)).toEqual({ kind: "credential_refused", terminal: true });
});

test("a reference that the resolver does not know blocks its own account, and its cure needs no write", {
  timeout: SLOW,
}, async () => {
  const spec = account("lost");
  const reference = spec.secretFields.botToken ?? "";
  const token = world.secrets.get(reference) ?? "";
  world.secrets.delete(reference);
  await gateway.put(spec);
  expect(await gateway.start(spec)).toEqual({ kind: "refused", reason: "secret-unavailable" });
  world.secrets.set(reference, token);
  await gateway.reloadSecrets();
  expect(await gateway.start(spec)).toEqual({ kind: "started" });
  await seen(spec, (row) => row.connected);
});

test.runIf(LONG)(
  "a replaced credential takes effect, and the neighbour never notices",
  { timeout: SLOW },
  async () => {
    const neighbour = await seen(account("acme"), (row) => row.connected);
    await bringUp(account("changing", 1));
    const replaced = account("changing", 2);
    await gateway.stop(replaced);
    await bringUp(replaced);
    expect(await gateway.applied(replaced)).toMatchObject({ refs: replaced.secretFields });
    expect(await gateway.displayName(replaced)).toBe("@changing_v2_bot");
    const after = await seen(account("acme"), (row) => row.connected);
    expect(after.lastStartAt).toBe(neighbour.lastStartAt);
  },
);

test.runIf(LONG)(
  "a dozen accounts put at once share their config writes, and so do their removals",
  {
    timeout: SLOW,
  },
  async () => {
    const before = configPatches;
    const specs = Array.from({ length: 12 }, (_, n) => account(`burst${n}`));
    await Promise.all(specs.map((spec) => gateway.put(spec)));
    await Promise.all(specs.map(async (spec) => expect(await gateway.applied(spec)).not.toBeNull()));
    // At once, for the gateway's health monitor starts in the end what is in its config and was never stopped.
    await Promise.all(specs.map((spec) => gateway.remove(spec)));
    expect(configPatches - before).toBe(2);
  },
);

test.runIf(LONG)(
  "logging out and removing leaves neither account nor binding, keeps the agent, and may be repeated",
  {
    timeout: SLOW,
  },
  async () => {
    const spec = account("leaving");
    await bringUp(spec);
    await gateway.stop(spec);
    expect(await gateway.logout(spec)).toBe("logged_out");
    expect(await gateway.logout(spec)).toBe("logged_out");
    await gateway.remove(spec);
    await gateway.remove(spec);
    expect(await gateway.applied(spec)).toBeNull();
    const reader = world.client();
    onTestFinished(() => reader.close());
    await reader.ready(SLOW);
    const { sourceConfig } = await reader.configGet();
    expect(JSON.stringify(sourceConfig.bindings)).not.toContain("tenant-leaving");
    expect(at(sourceConfig, "agents", "entries", "tenant-leaving")).toMatchObject({ name: "leaving" });
  },
);

test("a start that cannot be is refused with its reason", { timeout: SLOW }, async () => {
  const spec = account("never-put");
  expect(await gateway.start(spec)).toEqual({ kind: "refused", reason: "unconfigured" });
  await expect(gateway.start({ ...spec, channel: "nope" })).rejects.toMatchObject({ kind: "invalid" });
});

test("a wrong token is refused as such", { timeout: SLOW }, async () => {
  const client = world.client({ token: new Secret("wrong") });
  onTestFinished(() => client.close());
  await expect(client.ready(SLOW)).rejects.toMatchObject({ reason: "auth_rejected" });
});

test("off loopback a token alone gives no rights; a device does, once approved, and then on its own", {
  timeout: SLOW,
}, async (context) => {
  const address = outsideAddress();
  if (address === null) return context.skip("this machine has no address but loopback");
  const remote = await arriveFrom(address, world.process.url);
  onTestFinished(() => void remote.close());
  const operator = world.client();
  onTestFinished(() => operator.close());
  await operator.ready(SLOW);

  const tokenOnly = world.client({ url: remote.url });
  onTestFinished(() => tokenOnly.close());
  await expect(tokenOnly.ready(SLOW)).rejects.toMatchObject({ reason: "admin_scope_missing" });

  const identityFile = join(world.folder, "device.json");
  const device = world.client({ url: remote.url, device: loadDeviceCredentials(identityFile) });
  onTestFinished(() => device.close());
  const refusal = await device.ready(SLOW).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ reason: "pairing_required" });
  const [, requestId] = /approve request (\S+):/.exec((refusal as Error).message) ?? [];
  await operator.bridge("device.pair.approve", { requestId }, z.unknown());
  await expect.poll(() => device.connected(), { timeout: SLOW }).toBe(true);
  await device.close();

  const known = loadDeviceCredentials(identityFile);
  const alone = world.client({ url: remote.url, device: known, token: new Secret("") });
  onTestFinished(() => alone.close());
  await alone.ready(SLOW);
});

test("the gateway's limit of config writes is met as it says, naming how long to wait", {
  timeout: SLOW,
}, async () => {
  const client = world.client();
  onTestFinished(() => client.close());
  await client.ready(SLOW);
  const { hash: baseHash } = await client.configGet();
  const writes = Array.from({ length: 31 }, () => client.configPatch({ patch: {}, baseHash }));
  const refused = (await Promise.allSettled(writes)).filter(({ status }) => status === "rejected");
  expect(refused).toHaveLength(1);
  expect(refused[0]).toMatchObject({ reason: { kind: "rate_limited", retryAfterMs: expect.any(Number) } });
});

test("a gateway whose containment was loosened is contained again at the next connect, and agents follow the model", {
  timeout: SLOW,
}, async () => {
  const vandal = world.client();
  onTestFinished(() => vandal.close());
  await vandal.ready(SLOW);
  const { hash: baseHash } = await vandal.configGet();
  const patch = { tools: { exec: { security: "full" } }, session: { dmScope: "main" } };
  await vandal.configPatch({ patch, baseHash });
  const again = world.open({ llmModel: "other" });
  onTestFinished(() => again.gateway.close());
  const { changed } = await reconciled(again.gateway);
  expect(changed).toEqual(
    expect.arrayContaining([
      "tools.exec.security",
      "session.dmScope",
      "agents.entries.tenant-acme.model.primary",
      "models.providers.cogni.models",
    ]),
  );
});

// In test/own-world a whole world outlives the same.
test.runIf(LONG)(
  "a gateway that crashes is unreachable, comes back by itself, and brings its accounts up",
  {
    timeout: 240_000,
  },
  async () => {
    const spec = account("acme");
    await seen(spec, (row) => row.connected);
    const offered = (await gateway.catalog()).size;
    await world.process.kill();
    await expect.poll(() => gateway.reachable()).toBe(false);
    await expect(gateway.put(spec)).rejects.toMatchObject({ code: "gateway_unreachable" });
    expect((await gateway.catalog()).size).toBe(offered);
    await reconciled(gateway);
    await seen(spec, (row) => row.connected);
  },
);
