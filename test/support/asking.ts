/** Someone writes to a bot and is answered. */
import { expect, vi } from "vitest";
import type { World } from "../../dev-env/src/world-client.ts";
import { measured } from "./measured.ts";

/** Milliseconds after which a person would write once more. */
const WRITE_AGAIN_MS = 25_000;
const TIMES = 4;

/**
 * Resolves once an answer that contains `reply` has come. A reply that is under way while the gateway takes another's account may be lost
 * (docs/decisions/0033-what-a-config-write-costs.md), and in a shared world somebody connects all the time: then it is written again.
 */
export async function ask(
  world: World,
  { token, chat, text, reply = text }: { token: string; chat: number; text: string; reply?: string },
): Promise<void> {
  for (let time = 1; ; time += 1) {
    await world.telegram.say(token, { chat, text });
    const answered = async () => {
      const sent = (await world.telegram.sent(token)).filter(({ chatId }) => chatId === String(chat));
      expect(sent.map((message) => message.text)).toContainEqual(expect.stringContaining(reply));
    };
    try {
      return await vi.waitFor(answered, { timeout: WRITE_AGAIN_MS, interval: 200 });
    } catch (error) {
      if (time === TIMES) throw error;
      measured(`no answer to “${text}” after ${WRITE_AGAIN_MS} ms: written again`);
    }
  }
}
