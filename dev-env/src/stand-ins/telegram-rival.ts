/**
 * Another program with the same bot's token, which takes the bot's messages for itself: by a webhook that it sets, once
 * or whenever it is gone, or by polling as well. The texts of the refusals that follow are the Bot API's own.
 */
import type { Bot } from "./telegram-bot.ts";

export type Rival = "webhook once" | "webhook" | "poller";

export const CONFLICT = {
  otherPoll:
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
  webhookSet: "Conflict: terminated by setWebhook request",
  webhookActive:
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
} as const;

/** How soon it is back after it was thrown out. */
const AGAIN_MS = 500;

/** Starts it; the answer ends it, and takes its webhook along. */
export function startRival(bot: Bot, kind: Rival): () => void {
  let own: Bot["hangingPoll"] = null;
  const act = (): void => {
    if (kind === "poller") {
      if (own !== null && bot.hangingPoll === own) return;
      bot.hangingPoll?.end({ status: 409, description: CONFLICT.otherPoll });
      own = {
        end: () => {
          own = null;
        },
      };
      bot.hangingPoll = own;
    } else if (bot.webhook === null) setWebhook(bot, "https://elsewhere.invalid/hook", null);
  };
  act();
  const timer = kind === "webhook once" ? undefined : setInterval(act, AGAIN_MS);
  return () => {
    clearInterval(timer);
    if (kind !== "poller") bot.webhook = null;
    else if (own !== null && bot.hangingPoll === own) bot.hangingPoll = null;
  };
}

/** A poll under way is ended by it. */
export function setWebhook(bot: Bot, url: string, secret: string | null): void {
  bot.webhook = { url, secret };
  bot.hangingPoll?.end({ status: 409, description: CONFLICT.webhookSet });
}
