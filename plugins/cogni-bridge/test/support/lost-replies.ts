/** Replies that never came, in the real gateway: tests that share the gateway of gateway.test.ts. */
import { readFileSync } from "node:fs";
import { BRIDGE_METHODS, bridgeRepliesSchema } from "@cogni/contract";
import { describe, expect, test, vi } from "vitest";
import { LONG } from "../../../../test/support/long.ts";
import { bridgeConfig, type LoneGateway } from "./lone-gateway.ts";

const PATIENCE = { timeout: 60_000, interval: 100 };
const ACME_CHAT = 555;
const BETA_CHAT = 777;

export function repliesThatNeverCame(given: () => { world: LoneGateway; acme: string; beta: string }): void {
  describe("replies that never came", { timeout: 120_000 }, () => {
    const counts = async (agentId: string) =>
      bridgeRepliesSchema.parse(await given().world.rpc(BRIDGE_METHODS.replies)).agents[agentId];

    test("upstream contract: a message that is answered counts as replied", async () => {
      const { world, acme } = given();
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
      const { world, acme } = given();
      const before = await counts("tenant-acme");
      world.llm.mood({ kind: "status", status: 400 }, "acme");
      await world.ask(acme, ACME_CHAT, "this will fail", "LLM request failed");
      world.llm.mood(null, "acme");
      await vi.waitFor(
        async () => expect((await counts("tenant-acme"))?.failed).toBe((before?.failed ?? 0) + 1),
        PATIENCE,
      );
    });

    test.runIf(LONG)(
      "a message without an outcome in the set time, and a reply that the messenger refused, are logged and counted",
      async () => {
        const { world, acme, beta } = given();
        const failed = (await counts("tenant-beta"))?.failed ?? 0;
        world.telegram.fault(beta, { kind: "status", status: 403 }, ["sendMessage"]);
        world.telegram.say(beta, { chat: BETA_CHAT, text: "you cannot reach me" });
        const refused = () =>
          world.telegram.calls(beta).some(({ method, status }) => method === "sendMessage" && status === 403);
        await vi.waitFor(() => expect(refused()).toBe(true), PATIENCE);
        await world.patch(bridgeConfig({ replyTimeoutMs: 1_000 }));
        await vi.waitFor(
          async () => expect((await counts("tenant-beta"))?.failed).toBe(failed + 1),
          PATIENCE,
        );

        const dropped = (await counts("tenant-acme"))?.dropped ?? 0;
        world.llm.mood({ kind: "slow", ms: 5_000 }, "acme");
        await world.ask(acme, ACME_CHAT, "take your time");
        expect((await counts("tenant-acme"))?.dropped).toBe(dropped + 1);

        const log = readFileSync(world.gateway.logFile, "utf8");
        const line = (agentId: string, fate: string) =>
          new RegExp(String.raw`reply_lost\\".*\\"agentId\\":\\"${agentId}\\",\\"fate\\":\\"${fate}`);
        expect(log).toMatch(line("tenant-beta", "failed"));
        expect(log).toMatch(line("tenant-acme", "dropped"));
      },
    );
  });
}
