/** People who write to a tenant's bot, one message after the other, and count the answers: the bot's model is an echo. */
import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "../../../dev-env/src/world-client.ts";

export interface Chat {
  /** Stops writing, and resolves when the last message has its answer, or no more hope of one. */
  stop(): Promise<{ said: number; unanswered: string[]; answeredTwice: string[]; slowestMs: number }>;
}

const PAUSE_MS = 4_000;
const LOOK_EVERY_MS = 250;
/** An answer takes a second; with a machine that does all of this at once, many. */
const HOPE_MS = 120_000;
let last = 0;

/** @param token of a bot that is connected, and stays so */
export function chatWith(world: World, token: string): Chat {
  const texts: string[] = [];
  const unanswered: string[] = [];
  let [stopping, slowestMs] = [false, 0];
  const answersTo = async (text: string): Promise<number> =>
    (await world.telegram.sent(token)).filter((sent) => sent.text === text).length;

  /** One after the other: what is written meanwhile would be taken together. */
  async function write(): Promise<void> {
    // No two are the same, in whichever chat.
    const text = `message ${++last}`;
    const at = Date.now();
    texts.push(text);
    await world.telegram.say(token, { chat: 1, text });
    while ((await answersTo(text)) === 0) {
      if (Date.now() - at > HOPE_MS) return void unanswered.push(text);
      await sleep(LOOK_EVERY_MS);
    }
    slowestMs = Math.max(slowestMs, Date.now() - at);
  }

  const chatting = (async () => {
    while (!stopping) {
      await write();
      for (let waited = 0; waited < PAUSE_MS && !stopping; waited += LOOK_EVERY_MS)
        await sleep(LOOK_EVERY_MS);
    }
  })();
  return {
    async stop() {
      stopping = true;
      await chatting;
      const sent = (await world.telegram.sent(token)).map(({ text }) => text);
      const answeredTwice = texts.filter((text) => sent.filter((one) => one === text).length > 1);
      return { said: texts.length, unanswered, answeredTwice, slowestMs };
    },
  };
}
