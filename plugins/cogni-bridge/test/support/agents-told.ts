/** What tenants tell their agents, in the real gateway: tests that share the gateway of gateway.test.ts. */
import { readFileSync } from "node:fs";
import { type AgentBrief, BRIDGE_METHODS, bridgeAgentsSchema } from "@cogni/contract";
import { describe, expect, test, vi } from "vitest";
import type { LlmCall } from "../../../../dev-env/src/stand-ins/llm.ts";
import { briefDigest } from "../../../../server/src/gateway/agents.ts";
import { LONG } from "../../../../test/support/long.ts";
import { type LoneGateway, MODEL } from "./lone-gateway.ts";

const PATIENCE = { timeout: 60_000, interval: 100 };
const ACME_CHAT = 555;
const BETA_CHAT = 777;

export function whatAgentsAreTold(given: () => { world: LoneGateway; acme: string; beta: string }): void {
  describe("what a tenant tells its agent", { timeout: 120_000 }, () => {
    const tell = (id: string, brief: Partial<AgentBrief>) =>
      given().world.rpc(BRIDGE_METHODS.briefAgent, {
        agentId: `tenant-${id}`,
        brief: { instructions: "", greeting: "", model: null, ...brief },
      });
    const callsAfter = (count: number, tenant: string) =>
      given()
        .world.llm.calls()
        .slice(count)
        .filter(({ endUserId }) => endUserId === tenant);
    const promptOf = (call: LlmCall | undefined) => call?.messages.map(({ text }) => text).join("\n") ?? "";
    const sentTo = (chat: number) =>
      given()
        .world.telegram.sent(given().beta)
        .filter(({ chatId }) => chatId === String(chat))
        .map(({ text }) => text);

    test.runIf(LONG)(
      "8 KB of it reach its own model calls word for word from the next message on, with the same tools, and no other tenant's",
      async () => {
        const { world, acme, beta } = given();
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
      },
    );

    test("the greeting comes word for word before the first answer of a conversation, once, and opens no file", async () => {
      const { world, beta } = given();
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
      const { world, beta } = given();
      await tell("beta", { greeting: "Press on" });
      const before = world.llm.calls().length;
      world.telegram.say(beta, { chat: 902, text: "/start from-a-link" });
      await vi.waitFor(() => expect(sentTo(902)).toEqual(["Press on"]), PATIENCE);
      await world.ask(beta, 902, "and now?");
      expect(sentTo(902)).toEqual(["Press on", "and now?"]);
      expect(callsAfter(before, "beta")).toHaveLength(1);
    });

    test.runIf(LONG)(
      "a model is used from the next message on, and nobody is told; one that the policy does not allow never is",
      async () => {
        const { world, beta } = given();
        await world.patch({ agents: { defaults: { modelPolicy: { allow: [MODEL, "cogni/large"] } } } });
        const before = world.llm.calls().length;
        await tell("beta", { model: "large" });
        await world.ask(beta, BETA_CHAT, "by the large one");
        await tell("beta", { model: "forbidden" });
        await world.ask(beta, BETA_CHAT, "by the default");
        expect(sentTo(BETA_CHAT).slice(-2)).toEqual(["by the large one", "by the default"]);
        expect(callsAfter(before, "beta").map(({ model }) => model)).toEqual(["large", "echo"]);
      },
    );

    test("the gateway tells what each agent is told by a digest, and forgets it when asked to", async () => {
      const { world } = given();
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
}
