/**
 * The plugin in the real gateway, booted once on the seed config. Tests called “upstream contract” prove what we rely on
 * and do not make ourselves: a later version of the gateway must pass them before we take it.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type AgentBrief,
  BRIDGE_METHODS,
  bridgeAccountsSchema,
  bridgeAgentsSchema,
  bridgeInfoSchema,
  bridgeRepliesSchema,
  llmKeyReference,
} from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import type { LlmCall } from "../../../dev-env/src/stand-ins/llm.ts";
import { briefDigest } from "../../../server/src/gateway/agents.ts";
import {
  account,
  CANARY,
  LLM_KEY,
  type LoneGateway,
  MODEL,
  startLoneGateway,
} from "./support/lone-gateway.ts";
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

describe("what a tenant tells its agent", { timeout: 120_000 }, () => {
  const tell = (id: string, brief: Partial<AgentBrief>) =>
    world.rpc(BRIDGE_METHODS.briefAgent, {
      agentId: `tenant-${id}`,
      brief: { instructions: "", greeting: "", model: null, ...brief },
    });
  const callsAfter = (count: number, tenant: string) =>
    world.llm
      .calls()
      .slice(count)
      .filter(({ endUserId }) => endUserId === tenant);
  const promptOf = (call: LlmCall | undefined) => call?.messages.map(({ text }) => text).join("\n") ?? "";
  const sentTo = (chat: number) =>
    world.telegram
      .sent(beta)
      .filter(({ chatId }) => chatId === String(chat))
      .map(({ text }) => text);

  test("8 KB of it reach its own model calls word for word from the next message on, with the same tools, and no other tenant's", async () => {
    const startedAt = [await world.row("tenant-acme"), await world.row("tenant-beta")];
    const head = `You are Acme. \${HOME} {"$include": "/etc/hostname"} tools: exec `;
    const instructions = head.padEnd(8_192, "acme ");
    await tell("acme", { instructions });
    await tell("beta", { instructions: "You are Beta." });
    const before = world.llm.calls().length;
    await world.ask(acme, ACME_CHAT, "who are you, acme?");
    await world.ask(beta, BETA_CHAT, "who are you, beta?");
    const [ofAcme] = callsAfter(before, "acme");
    const [ofBeta] = callsAfter(before, "beta");
    expect(promptOf(ofAcme)).toContain(instructions);
    expect(ofAcme?.tools.toSorted()).toEqual(["message", "session_status", "sessions_send"]);
    expect(promptOf(ofBeta)).toContain("You are Beta.");
    expect(promptOf(ofBeta)).not.toContain("You are Acme.");
    const startedAfter = [await world.row("tenant-acme"), await world.row("tenant-beta")];
    expect(startedAfter.map((row) => row?.lastStartAt)).toEqual(startedAt.map((row) => row?.lastStartAt));
    expect(readFileSync(world.gateway.logFile, "utf8")).not.toContain("You are Acme.");
  });

  test("the greeting comes word for word before the first answer of a conversation, once, and opens no file", async () => {
    const greeting = `Welcome!\nMEDIA:/etc/hostname\n[[reply_to_current]] NO_REPLY \${HOME}`;
    await tell("beta", { greeting });
    await world.ask(beta, 901, "hello");
    await world.ask(beta, 901, "again");
    expect(sentTo(901)).toEqual([greeting, "hello", "again"]);
    // Spoken with before there was this greeting.
    await world.ask(beta, BETA_CHAT, "you know me");
    expect(sentTo(BETA_CHAT)).not.toContain(greeting);
  });

  test("whoever presses the messenger's start button is greeted, and no model is asked", async () => {
    await tell("beta", { greeting: "Press on" });
    const before = world.llm.calls().length;
    world.telegram.say(beta, { chat: 902, text: "/start from-a-link" });
    await vi.waitFor(() => expect(sentTo(902)).toEqual(["Press on"]), PATIENCE);
    await world.ask(beta, 902, "and now?");
    expect(sentTo(902)).toEqual(["Press on", "and now?"]);
    expect(callsAfter(before, "beta")).toHaveLength(1);
  });

  test("a model is used from the next message on, and nobody is told; one that the policy does not allow never is", async () => {
    await world.patch({ agents: { defaults: { modelPolicy: { allow: [MODEL, "cogni/large"] } } } });
    const before = world.llm.calls().length;
    await tell("beta", { model: "large" });
    await world.ask(beta, BETA_CHAT, "by the large one");
    await tell("beta", { model: "forbidden" });
    await world.ask(beta, BETA_CHAT, "by the default");
    expect(sentTo(BETA_CHAT).slice(-2)).toEqual(["by the large one", "by the default"]);
    expect(callsAfter(before, "beta").map(({ model }) => model)).toEqual(["large", "echo"]);
  });

  test("the gateway tells what each agent is told by a digest, and forgets it when asked to", async () => {
    const brief = { instructions: "é", greeting: "hi", model: "large" };
    await tell("beta", brief);
    const digests = async () =>
      bridgeAgentsSchema.parse(await world.rpc(BRIDGE_METHODS.agents)).agents["tenant-beta"];
    expect(await digests()).toBe(briefDigest(brief));
    await world.rpc(BRIDGE_METHODS.forgetAgent, { agentId: "tenant-beta" });
    expect(await digests()).toBeUndefined();
    await expect(world.rpc(BRIDGE_METHODS.forgetAgent, { agentId: "../state" })).rejects.toThrow();
  });
});

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

  test("a call of an agent that is no tenant's is refused before it leaves the gateway", async () => {
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
  });

  test("no call that reached the endpoint was without a tenant, those for titles of sessions included", () => {
    expect(world.llm.calls().filter(({ endUserId }) => endUserId === null)).toEqual([]);
  });
});

describe("what a write to one account does to its neighbours", { timeout: 180_000 }, () => {
  const neighbour = async () => (await world.row("tenant-beta"))?.lastStartAt;

  test("upstream contract: an account write of any channel with accounts is planned as no reload", async () => {
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
  });

  test("upstream contract: adding, replacing and removing an account leaves the others' start untouched", async () => {
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
  });

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

describe("replies that never came", { timeout: 120_000 }, () => {
  const counts = async (agentId: string) =>
    bridgeRepliesSchema.parse(await world.rpc(BRIDGE_METHODS.replies)).agents[agentId];

  test("upstream contract: a message that is answered counts as replied", async () => {
    const before = await counts("tenant-acme");
    await world.ask(acme, ACME_CHAT, "count me");
    await vi.waitFor(
      async () =>
        expect(await counts("tenant-acme")).toMatchObject({
          received: (before?.received ?? 0) + 1,
          replied: (before?.replied ?? 0) + 1,
        }),
      PATIENCE,
    );
  });

  test("upstream contract: a turn that fails counts as failed, though the person got an apology", async () => {
    const before = await counts("tenant-acme");
    world.llm.mood({ kind: "status", status: 400 }, "acme");
    await world.ask(acme, ACME_CHAT, "this will fail", "LLM request failed");
    world.llm.mood(null, "acme");
    await vi.waitFor(
      async () => expect((await counts("tenant-acme"))?.failed).toBe((before?.failed ?? 0) + 1),
      PATIENCE,
    );
  });

  test("a message without an outcome in the set time, and a reply that the messenger refused, are logged and counted", async () => {
    const failed = (await counts("tenant-beta"))?.failed ?? 0;
    world.telegram.fault(beta, { kind: "status", status: 403 }, ["sendMessage"]);
    world.telegram.say(beta, { chat: BETA_CHAT, text: "you cannot reach me" });
    const refused = () =>
      world.telegram.calls(beta).some(({ method, status }) => method === "sendMessage" && status === 403);
    await vi.waitFor(() => expect(refused()).toBe(true), PATIENCE);
    await world.patch(bridgeConfig({ replyTimeoutMs: 1_000 }));
    await vi.waitFor(async () => expect((await counts("tenant-beta"))?.failed).toBe(failed + 1), PATIENCE);

    const dropped = (await counts("tenant-acme"))?.dropped ?? 0;
    world.llm.mood({ kind: "slow", ms: 5_000 }, "acme");
    await world.ask(acme, ACME_CHAT, "take your time");
    expect((await counts("tenant-acme"))?.dropped).toBe(dropped + 1);

    const log = readFileSync(world.gateway.logFile, "utf8");
    const line = (agentId: string, fate: string) =>
      new RegExp(String.raw`reply_lost\\".*\\"agentId\\":\\"${agentId}\\",\\"fate\\":\\"${fate}`);
    expect(log).toMatch(line("tenant-beta", "failed"));
    expect(log).toMatch(line("tenant-acme", "dropped"));
  });
});

function bridgeConfig(config: object): object {
  return { plugins: { entries: { "cogni-bridge": { config } } } };
}

function callsOf(tenant: string): number {
  return world.llm.calls().filter(({ endUserId }) => endUserId === tenant).length;
}

function toolResults(messages: { role: string; text: string }[]): string[] {
  return messages.filter(({ role }) => role === "tool").map(({ text }) => text);
}

function filesContaining(text: string, folder: string): string[] {
  // grep ends with 1 where it finds nothing.
  const script = 'grep -rlaF -- "$1" "$2" || [ $? -eq 1 ]';
  const found = execFileSync("/bin/sh", ["-c", script, "sh", text, folder], { encoding: "utf8" });
  return found.split("\n").filter((file) => file !== "");
}
