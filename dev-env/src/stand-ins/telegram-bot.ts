/** One bot of the Telegram stand-in: what it was told, what it said, and who is waiting in its long poll. */
import { z } from "zod";
import type { EpochMs } from "./loopback.ts";

/** How a bot misbehaves: an HTTP error, an answer after `ms`, a connection cut, or no answer at all. */
export type Fault =
  | { kind: "status"; status: 400 | 401 | 403 | 404 | 409 | 429 | 500; retryAfterS?: number }
  | { kind: "slow"; ms: number }
  | { kind: "cut" }
  | { kind: "silent" };

export interface SentMessage {
  method: string;
  chatId: string;
  text: string;
  at: EpochMs;
  params: Record<string, unknown>;
}

/** One getUpdates as the server saw it. `endedAt` is null while it hangs. */
export interface Poll {
  startedAt: EpochMs;
  endedAt: EpochMs | null;
  offset: number;
}

/** A message to the bot; without `from`, the chat's own person writes. */
export interface Said {
  chat: number;
  text: string;
  from?: { id: number; name: string };
}

export interface Update {
  update_id: number;
  message: Record<string, unknown>;
}

/** Why a hanging poll ends before its time. */
export type PollEnd = { updates: true } | { status: 401 | 409; description?: string } | { fault: Fault };

export interface Bot {
  token: string;
  id: number;
  username: string;
  revoked: boolean;
  closed: boolean;
  fault: (Fault & { methods: string[] | null }) | null;
  webhook: { url: string; secret: string | null } | null;
  /** Not yet confirmed, oldest first. */
  updates: Update[];
  nextId: number;
  hangingPoll: { end(why: PollEnd): void } | null;
  /** Ends the other program that takes the bot's messages; null where there is none. */
  endRival: (() => void) | null;
  polls: Poll[];
  sent: SentMessage[];
  calls: { method: string; at: EpochMs; status: number | null }[];
}

const WEBHOOK_RETRY_MS = 500;

export function createBot(token: string, username: string): Bot {
  return {
    token,
    id: z.coerce.number().int().positive().parse(token.split(":")[0]),
    username,
    revoked: false,
    closed: false,
    fault: null,
    webhook: null,
    updates: [],
    // The gateway remembers offsets: a stand-in that starts anew must not count from one again.
    nextId: Math.floor(Date.now() / 1000),
    hangingPoll: null,
    endRival: null,
    polls: [],
    sent: [],
    calls: [],
  };
}

/** A private message to the bot; answers its message id. */
export function say(bot: Bot, { chat, text, from = { id: chat, name: `user${chat}` } }: Said): number {
  const id = bot.nextId++;
  const update: Update = {
    update_id: id,
    message: {
      message_id: id,
      date: Math.floor(Date.now() / 1000),
      chat: { id: chat, type: "private", first_name: from.name },
      from: { id: from.id, is_bot: false, first_name: from.name },
      text,
    },
  };
  bot.updates.push(update);
  if (bot.webhook) void deliver(bot, update);
  else bot.hangingPoll?.end({ updates: true });
  return id;
}

/** Posts an update to the bot's webhook until it is taken, as the real one does. */
export async function deliver(bot: Bot, update: Update): Promise<void> {
  while (bot.webhook && !bot.closed && bot.updates.includes(update)) {
    const { url, secret } = bot.webhook;
    const taken = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(secret === null ? {} : { "x-telegram-bot-api-secret-token": secret }),
      },
      body: JSON.stringify(update),
    }).then(
      (response) => response.ok,
      // Nobody listens there yet, or any more: the next round tries again.
      () => false,
    );
    if (taken) bot.updates = bot.updates.filter((other) => other !== update);
    else await new Promise((resolve) => setTimeout(resolve, WEBHOOK_RETRY_MS));
  }
}
