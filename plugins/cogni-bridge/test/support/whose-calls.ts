/** Whose each LLM call of the real gateway is: tests that share the gateway of gateway.test.ts. */
import { createHmac } from "node:crypto";
import { LLM_HEADERS, llmSaltReference } from "@cogni/contract";
import { describe, expect, test, vi } from "vitest";
import type { LlmCall } from "../../../../dev-env/src/stand-ins/llm.ts";
import { LONG } from "../../../../test/support/long.ts";
import { LLM_KEY, type LoneGateway } from "./lone-gateway.ts";

const PATIENCE = { timeout: 60_000, interval: 100 };
const sessionOf = (chat: number) => `agent:tenant-acme:telegram:tenant-acme:direct:${chat}`;
const hashOf = (text: string) =>
  createHmac("sha256", `${LLM_KEY}-${llmSaltReference("acme")}`)
    .update(text)
    .digest("base64url");

export function whoseCalls(given: () => { world: LoneGateway; acme: string; beta: string }): void {
  describe("an LLM call", { timeout: 120_000 }, () => {
    const callsSince = (count: number): LlmCall[] => given().world.llm.calls().slice(count);
    const callOf = (calls: readonly LlmCall[], words: string): LlmCall => {
      const found = calls.find(({ lastUserText }) => lastUserText === words);
      if (!found) throw new Error(`nobody asked the model “${words}”`);
      return found;
    };

    test.runIf(LONG)(
      "of several chats of one tenant at once names each its own conversation, person and message, by hashes",
      async () => {
        const { world, acme } = given();
        const before = world.llm.calls().length;
        const chats = [811, 812, 813, 814];
        await Promise.all(chats.map((chat) => world.ask(acme, chat, `one from ${chat}`)));
        await Promise.all(chats.map((chat) => world.ask(acme, chat, `two from ${chat}`)));
        const calls = callsSince(before);
        for (const chat of chats) {
          const both = [`one from ${chat}`, `two from ${chat}`].map((words) => callOf(calls, words).headers);
          for (const headers of both) {
            expect(headers[LLM_HEADERS.conversation]).toBe(hashOf(sessionOf(chat)));
            expect(headers[LLM_HEADERS.endUser]).toBe(hashOf(`telegram ${chat}`));
            expect(headers[LLM_HEADERS.channel]).toBe("telegram");
          }
          expect(new Set(both.map((headers) => headers[LLM_HEADERS.turn])).size).toBe(2);
          expect(new Set(both.map((headers) => headers[LLM_HEADERS.logicalId])).size).toBe(2);
        }
        expect(JSON.stringify(calls.map(({ headers }) => headers))).not.toContain("tenant-acme:direct");
      },
    );

    test("of a turn with tools belongs to the same message, and what became of it is told", async () => {
      const { world, acme } = given();
      const before = world.llm.calls().length;
      const said = { action: "send", message: "on its way" };
      world.llm.answerNext("acme", [
        { toolCalls: [{ name: "message", arguments: said }] },
        { text: "there it is" },
      ]);
      await world.ask(acme, 821, "two steps", "on its way");
      await vi.waitFor(() => expect(callsSince(before)).toHaveLength(2), PATIENCE);
      const headers = callsSince(before).map((call) => call.headers);
      expect(new Set(headers.map((each) => each[LLM_HEADERS.turn])).size).toBe(1);
      const ids = headers.map((each) => String(each[LLM_HEADERS.logicalId]));
      expect(new Set(ids).size).toBe(2);
      await vi.waitFor(() => {
        const told = world.vault.fates.filter(({ logicalId }) => ids.includes(logicalId));
        expect(told).toEqual(
          ids.map((logicalId) => ({ agentId: "tenant-acme", logicalId, fate: "replied" })),
        );
      }, PATIENCE);
    });

    test.runIf(LONG)(
      "in a session that no messenger opened, of a sub-agent, a heartbeat or a compaction is its tenant's, too, and nobody's message",
      async () => {
        const { world, acme } = given();
        await world.ask(acme, 831, "something to sum up");
        const before = world.llm.calls().length;
        const run = async (sessionKey: string, message: string) => {
          const idempotencyKey = `${message} ${before}`;
          await world.rpc("agent", { agentId: "tenant-acme", sessionKey, message, idempotencyKey });
          const ended = await world.rpc("agent.wait", { runId: idempotencyKey, timeoutMs: 30_000 });
          expect(ended).toMatchObject({ status: "ok" });
        };
        await run("agent:tenant-acme:main", "by nobody");
        // Contained as they are, sub-agents can't run: not one tool is left to them.
        const allowed = ["message", "sessions_send", "session_status"];
        await world.patch({ tools: { allow: [...allowed, "read"] } }, ["tools.allow"]);
        await run("agent:tenant-acme:subagent:7", "by a sub-agent");
        await world.patch({ tools: { allow: allowed } }, ["tools.allow"]);
        await world.rpc("wake", { mode: "now", text: "time to wake", agentId: "tenant-acme" });
        await vi.waitFor(() => expect(callsSince(before)).toHaveLength(3), PATIENCE);
        await world.rpc("sessions.compact", { key: sessionOf(831) });
        await vi.waitFor(() => expect(callsSince(before)).toHaveLength(4), PATIENCE);
        const calls = callsSince(before);
        expect(calls.map(({ endUserId }) => endUserId)).toEqual(Array(4).fill("acme"));
        expect(calls.map(({ headers }) => headers[LLM_HEADERS.conversation])).toEqual([
          hashOf("agent:tenant-acme:main"),
          hashOf("agent:tenant-acme:subagent:7"),
          hashOf("agent:tenant-acme:main"),
          hashOf(sessionOf(831)),
        ]);
        for (const { headers } of calls) {
          expect(headers[LLM_HEADERS.endUser]).toBeUndefined();
          expect(headers[LLM_HEADERS.turn]).toBeUndefined();
        }
      },
    );

    // Of those alone that our endpoint passes on: after another's 401 or 402 the gateway makes no calls of that agent for a minute.
    test.runIf(LONG)(
      "that is refused to one tenant keeps no other tenant's from being made, nor its own next one",
      async () => {
        const { world, acme, beta } = given();
        for (const status of [429, 502, 503]) {
          world.llm.mood({ kind: "status", status }, "acme");
          const before = world.llm.calls().length;
          world.telegram.say(acme, { chat: 841, text: `refused with ${status}` });
          await vi.waitFor(
            () => expect(callsSince(before).some((call) => call.endUserId === "acme")).toBe(true),
            PATIENCE,
          );
          await world.ask(beta, 842, `answered beside ${status}`);
          world.llm.mood(null, "acme");
          await world.ask(acme, 840 + status, `answered after ${status}`);
        }
      },
    );
  });
}
