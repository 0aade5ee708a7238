/**
 * The plugin in the real gateway, booted once on the seed config. Tests called “upstream contract” prove what we rely on
 * and do not make ourselves: a later version of the gateway must pass them before we take it.
 */
import { join } from "node:path";
import { BRIDGE_METHODS, bridgeAccountsSchema, bridgeInfoSchema, llmKeyReference } from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { LONG } from "../../../test/support/long.ts";
import { whatAgentsAreTold } from "./support/agents-told.ts";
import {
  account,
  bridgeConfig,
  CANARY,
  filesContaining,
  LLM_KEY,
  type LoneGateway,
  MODEL,
  startLoneGateway,
} from "./support/lone-gateway.ts";
import { repliesThatNeverCame } from "./support/lost-replies.ts";
import { whoseCalls } from "./support/whose-calls.ts";

const PATIENCE = { timeout: 60_000, interval: 100 };
const ACME_CHAT = 555;
const BETA_CHAT = 777;
const ACME_SESSION = `agent:tenant-acme:telegram:tenant-acme:direct:${ACME_CHAT}`;

let world: LoneGateway;
let acme: string;
let beta: string;

beforeAll(async () => {
  world = await startLoneGateway();
  acme = await world.connectTenant("acme");
  beta = await world.connectTenant("beta");
  // One after the other: the gateway can lose the first messages of two agents at once.
  await world.ask(acme, ACME_CHAT, "the first words to acme");
  await world.ask(beta, BETA_CHAT, "the first words to beta");
}, 240_000);
afterAll(() => world?.stop(), 60_000);

describe("what a tenant's agent can do", { timeout: 120_000 }, () => {
  test("it offers its model exactly message, sessions_send and session_status", async () => {
    await world.ask(beta, BETA_CHAT, "what can you do?");
    const offered = world.llm.calls().map(({ tools }) => tools.toSorted());
    for (const tools of offered) expect(tools).toEqual(["message", "session_status", "sessions_send"]);
    expect(offered.length).toBeGreaterThan(0);
  });

  test("it answers its own person by the message tool, also after whoever started its account has disconnected", async () => {
    await world.reconnect();
    world.llm.answerNext("beta", [
      { toolCalls: [{ name: "message", arguments: { action: "send", message: "sent by the tool" } }] },
      { text: "sent" },
    ]);
    await world.ask(beta, BETA_CHAT, "use your tool", "sent");
    const toBeta = world.telegram.sent(beta).map(({ chatId, text }) => ({ chatId, text }));
    expect(toBeta).toContainEqual({ chatId: String(BETA_CHAT), text: "sent by the tool" });
  });

  const attacks: [name: string, args: Record<string, unknown>][] = [
    [
      "message",
      { action: "send", channel: "telegram", accountId: "tenant-acme", target: "555", message: "x" },
    ],
    ["message", { action: "send", accountId: "tenant-acme", message: "x" }],
    ["message", { action: "read", accountId: "tenant-acme", target: "555" }],
    ["message", { action: "send", target: "telegram:tenant-acme:555", message: "x" }],
    ["message", { action: "send", gatewayUrl: "ws://127.0.0.1:1", message: "x" }],
    ["message", { action: "send", media: "/etc/hostname", message: "x" }],
    ["sessions_send", { sessionKey: ACME_SESSION, message: "x" }],
    ["sessions_send", { agentId: "tenant-acme", message: "x" }],
    ["sessions_send", { label: "acme", message: "x" }],
    ["session_status", { sessionKey: ACME_SESSION }],
  ];
  test("it can neither read nor send through a second tenant's account, session or agent", async () => {
    const acmeSaid = world.telegram.sent(acme).length;
    const acmeCalls = callsOf("acme");
    world.llm.answerNext("beta", [
      ...attacks.map(([name, args]) => ({ toolCalls: [{ name, arguments: args }] })),
      { text: "all tried" },
    ]);
    const before = world.llm.calls().length;
    await world.ask(beta, BETA_CHAT, "attack", "all tried");

    const results = toolResults(world.llm.calls().at(-1)?.messages ?? []).slice(-attacks.length);
    expect(results).toHaveLength(attacks.length);
    for (const [index, result] of results.entries()) {
      const named = JSON.stringify(attacks[index]);
      expect(result, named).toMatch(/your own|another tenant|by label|other gateway|local files/i);
    }
    expect(
      world.llm
        .calls()
        .slice(before)
        .map(({ endUserId }) => endUserId),
    ).not.toContain("acme");
    expect(callsOf("acme")).toBe(acmeCalls);
    expect(world.telegram.sent(acme)).toHaveLength(acmeSaid);
  });

  test("commands that a person types are words like any other", async () => {
    for (const command of ["/exec id", `/model ${MODEL}`, "/status", "/config show"]) {
      await world.ask(beta, BETA_CHAT, command);
    }
  });
});

whoseCalls(() => ({ world, acme, beta }));

whatAgentsAreTold(() => ({ world, acme, beta }));

describe("whose money a call spends", { timeout: 120_000 }, () => {
  test("each call carries the bare id of its own tenant and the key from the vault", async () => {
    await world.ask(acme, ACME_CHAT, "a question to acme");
    await world.ask(beta, BETA_CHAT, "a question to beta");
    for (const id of ["acme", "beta"]) {
      const asked = world.llm.calls().filter(({ lastUserText }) => lastUserText === `a question to ${id}`);
      expect(asked.map(({ endUserId }) => endUserId)).toEqual([id]);
      expect(asked[0]?.headers.authorization).toBe(`Bearer ${LLM_KEY}-${llmKeyReference(id)}`);
    }
  });

  test.runIf(LONG)(
    "a call of an agent that is no tenant's is refused before it leaves the gateway",
    async () => {
      await world.patch({ agents: { entries: { outsider: { model: { primary: MODEL } } } } });
      const before = world.llm.calls().length;
      const run = z.object({ runId: z.string() }).parse(
        await world.rpc("agent", {
          agentId: "outsider",
          sessionKey: "agent:outsider:main",
          message: "hello",
          idempotencyKey: "outsider-1",
        }),
      );
      const outcome = await world.rpc("agent.wait", { runId: run.runId, timeoutMs: 60_000 });
      expect(JSON.stringify(outcome)).toMatch(/error|fail/i);
      expect(world.llm.calls()).toHaveLength(before);
    },
  );

  test("no call that reached the endpoint was without a tenant, those for titles of sessions included", () => {
    expect(world.llm.calls().filter(({ endUserId }) => endUserId === null)).toEqual([]);
  });
});

describe("what a write to one account does to its neighbours", { timeout: 180_000 }, () => {
  const neighbour = async () => (await world.row("tenant-beta"))?.lastStartAt;

  test.runIf(LONG)(
    "upstream contract: an account write of any channel with accounts is planned as no reload",
    async () => {
      const children = z.object({ children: z.array(z.object({ key: z.string() })) });
      const { children: channels } = children.parse(
        await world.rpc("config.schema.lookup", { path: "channels" }),
      );
      const planned = new Map<string, string>();
      for (const { key } of channels.filter(
        (channel) => !["defaults", "modelByChannel"].includes(channel.key),
      )) {
        const lookup = await world
          .rpc("config.schema.lookup", { path: `channels.${key}.accounts.tenant-x` })
          .then(
            (answer) => z.object({ reloadKind: z.string() }).parse(answer).reloadKind,
            // A channel without accounts has nothing to be quiet about.
            () => "no accounts",
          );
        planned.set(key, lookup);
      }
      expect(planned.get("telegram")).toBe("none");
      const loud = [...planned].filter(([, kind]) => kind !== "none" && kind !== "no accounts");
      expect(loud).toEqual([]);
    },
  );

  test.runIf(LONG)(
    "upstream contract: adding, replacing and removing an account leaves the others' start untouched",
    async () => {
      const startedAt = await neighbour();
      const polledSince = Date.now();
      expect(startedAt).toEqual(expect.any(Number));

      await world.connectTenant("gamma");
      const replaced = world.vault.issue("gamma", 2);
      world.telegram.addBot({ token: replaced, username: "gamma_bot" });
      const gamma = { channel: "telegram", accountId: "tenant-gamma" };
      await world.patch({ channels: { telegram: { accounts: { "tenant-gamma": account("gamma", 2) } } } });
      await world.rpc("channels.stop", gamma);
      await world.rpc(BRIDGE_METHODS.start, gamma);
      await vi.waitFor(() => expect(world.telegram.polls(replaced).length).toBeGreaterThan(0), PATIENCE);

      await world.rpc("channels.stop", gamma);
      // Of an account that goes, each list it holds must be named.
      const lists = ["channels.telegram.accounts.tenant-gamma.allowFrom"];
      await world.patch({ channels: { telegram: { accounts: { "tenant-gamma": null } } } }, lists);
      const polls = world.telegram.polls(replaced).length;
      await world.ask(beta, BETA_CHAT, "are you still there?");
      expect(world.telegram.polls(replaced)).toHaveLength(polls);

      expect(await neighbour()).toBe(startedAt);
      expect(world.telegram.longestPollGap(beta, polledSince)).toBeLessThan(2_000);
    },
  );

  test("claiming the gateway for an installation reloads nothing and is told at once", async () => {
    const startedAt = await neighbour();
    await world.patch(bridgeConfig({ installationId: "installation-1" }));
    const info = bridgeInfoSchema.parse(await world.rpc(BRIDGE_METHODS.info));
    expect(info).toMatchObject({ installationId: "installation-1", hasModelKey: true });
    expect(await neighbour()).toBe(startedAt);
  });
});

describe("credentials", { timeout: 120_000 }, () => {
  test("the bridge tells which credential each account refers to, which config.get does not", async () => {
    const { accounts } = bridgeAccountsSchema.parse(await world.rpc(BRIDGE_METHODS.accounts));
    expect(accounts).toContainEqual({
      channel: "telegram",
      accountId: "tenant-acme",
      enabled: true,
      dmPolicy: "open",
      refs: { botToken: "tenant/acme/telegram/v1/botToken" },
    });
    expect(JSON.stringify(await world.rpc("config.get"))).not.toContain("tenant/acme/telegram");
  });

  test("upstream contract: a control plane that is down leaves connected accounts alone, and is asked again", async () => {
    const before = await world.row("tenant-beta");
    world.vault.setDown(true);
    await world.rpc("secrets.reload").catch(() => "refused, which is as good");
    await world.ask(beta, BETA_CHAT, "still there without it?");
    world.vault.setDown(false);
    await world.rpc("secrets.reload");
    expect((await world.row("tenant-beta"))?.lastStartAt).toBe(before?.lastStartAt);
  });

  test("upstream contract: no token and no key stands on the gateway's disk", () => {
    // Our own files beside the state hold the gateway's token, for it and its resolver alone.
    expect(filesContaining(CANARY, join(world.folder, "gateway", "state"))).toEqual([]);
    expect(filesContaining(acme, world.folder)).toEqual([]);
    expect(filesContaining(LLM_KEY, world.folder)).toEqual([]);
  });
});

repliesThatNeverCame(() => ({ world, acme, beta }));

function callsOf(tenant: string): number {
  return world.llm.calls().filter(({ endUserId }) => endUserId === tenant).length;
}

function toolResults(messages: { role: string; text: string }[]): string[] {
  return messages.filter(({ role }) => role === "tool").map(({ text }) => text);
}
