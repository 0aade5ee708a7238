/**
 * A Telegram Bot API on loopback, so that the real gateway can connect real accounts without the internet. It keeps
 * the real one's rules where the gateway leans on them: an update comes again until a higher offset confirms it, a
 * second long poll ends the first with 409, an unknown token is 401 and a malformed one 404. And it can misbehave
 * on demand.
 */
import type { ServerResponse } from "node:http";
import { type EpochMs, type Incoming, type Loopback, sendJson, serveLoopback } from "./loopback.ts";
import {
  type Bot,
  createBot,
  type Fault,
  type Poll,
  type Said,
  type SentMessage,
  say,
} from "./telegram-bot.ts";
import { callMethod } from "./telegram-methods.ts";
import { CONFLICT, type Rival, startRival } from "./telegram-rival.ts";

export interface TelegramControl {
  /** Makes the token valid. A token looks like `123456:ABC…`; the bot's id is its first part. */
  addBot(bot: { token: string; username: string }): void;
  /**
   * From now on the token is refused with 401, a hanging poll included unless it is to run on to its end. To a deleted
   * bot's token nothing else is said.
   */
  revoke(token: string, poll?: "runs on"): void;
  /** Another program takes the bot's messages, until `null` is passed. */
  rival(token: string, rival: Rival | null): void;
  /** Someone writes to the bot in a private chat. Answers the message's id. */
  say(token: string, message: Said): number;
  /** What the bot sent, oldest first. */
  sent(token: string): SentMessage[];
  /** Every getUpdates of the bot, oldest first. */
  polls(token: string): Poll[];
  /** The longest time in ms since `since` in which no getUpdates of the bot was open, the time until now included. */
  longestPollGap(token: string, since: EpochMs): number;
  /** Every method the bot called, oldest first, whether it was answered well or not. */
  calls(token: string): { method: string; at: EpochMs; status: number | null }[];
  /** Updates that no poll has confirmed, and no webhook has taken. */
  pending(token: string): number;
  /** Misbehaves for this bot (for `methods` only, where given) until `null` is passed. */
  fault(token: string, fault: Fault | null, methods?: string[]): void;
}

export interface TelegramStandIn extends TelegramControl, Loopback {}

const DESCRIPTIONS: Record<number, string> = {
  400: "Bad Request: chat not found",
  401: "Unauthorized",
  403: "Forbidden: bot was blocked by the user",
  404: "Not Found",
  409: CONFLICT.otherPoll,
  429: "Too Many Requests: retry after",
  500: "Internal Server Error",
};

/** Serves the Bot API at `url`: point the gateway's `channels.telegram.apiRoot` there. */
export async function startTelegram(options: { port?: number } = {}): Promise<TelegramStandIn> {
  const bots = new Map<string, Bot>();
  const find = (token: string): Bot => {
    const bot = bots.get(token);
    if (!bot) throw new Error(`no bot with the token ${token}: call addBot first`);
    return bot;
  };
  const control: TelegramControl = {
    addBot: ({ token, username }) => void bots.set(token, createBot(token, username)),
    revoke(token, poll) {
      const bot = find(token);
      bot.revoked = true;
      if (poll !== "runs on") bot.hangingPoll?.end({ status: 401 });
    },
    rival(token, rival) {
      const bot = find(token);
      bot.endRival?.();
      bot.endRival = rival && startRival(bot, rival);
    },
    say: (token, message) => say(find(token), message),
    sent: (token) => find(token).sent,
    polls: (token) => find(token).polls,
    longestPollGap: (token, since) => longestGap(find(token).polls, since, Date.now()),
    calls: (token) => find(token).calls,
    pending: (token) => find(token).updates.length,
    fault(token, fault, methods) {
      const bot = find(token);
      bot.fault = fault && { ...fault, methods: methods ?? null };
      // Whoever waits in a long poll learns of it now, as with a real outage, not at the poll's end.
      if (fault && hits(bot, "getUpdates")) bot.hangingPoll?.end({ fault });
    },
  };
  const server = await serveLoopback({
    control,
    handle: (request, response) => handle(bots, request, response),
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  return {
    ...control,
    ...server,
    async close() {
      for (const bot of bots.values()) bot.endRival?.();
      for (const bot of bots.values()) bot.hangingPoll?.end({ fault: { kind: "cut" } });
      for (const bot of bots.values()) bot.closed = true;
      await server.close();
    },
  };
}

async function handle(bots: Map<string, Bot>, request: Incoming, response: ServerResponse): Promise<void> {
  const match = /^\/(?:file\/)?bot([^/]+)\/(.+)$/.exec(request.path);
  const token = decodeURIComponent(match?.[1] ?? "");
  const method = match?.[2] ?? "";
  if (!/^\d+:[\w-]+$/.test(token)) return refuse(response, 404);
  const bot = bots.get(token);
  if (!bot || bot.revoked) return refuse(response, 401);
  const call = { method, at: Date.now(), status: null as number | null };
  bot.calls.push(call);
  response.once("finish", () => {
    call.status = response.statusCode;
  });
  if (bot.fault && hits(bot, method) && !(await survives(bot.fault, response))) return;
  const outcome = await callMethod(bot, method, request.params, response);
  if (outcome.kind === "fault") await survives(outcome.fault, response);
  else if (outcome.kind === "refused") refuse(response, outcome.status, outcome.description);
  else sendJson(response, 200, { ok: true, result: outcome.result });
}

/** Carries out a fault; true if the call is to be answered after all. */
async function survives(fault: Fault, response: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case "slow":
      await new Promise((resolve) => setTimeout(resolve, fault.ms));
      return true;
    case "cut":
      response.destroy();
      return false;
    case "silent":
      return false;
    case "status":
      refuse(response, fault.status, undefined, fault.retryAfterS);
      return false;
  }
}

function refuse(response: ServerResponse, status: number, description?: string, retryAfterS?: number): void {
  sendJson(response, status, {
    ok: false,
    error_code: status,
    description: description ?? [DESCRIPTIONS[status], retryAfterS].filter(Boolean).join(" "),
    ...(retryAfterS === undefined ? {} : { parameters: { retry_after: retryAfterS } }),
  });
}

function hits(bot: Bot, method: string): boolean {
  return bot.fault !== null && (bot.fault.methods === null || bot.fault.methods.includes(method));
}

function longestGap(polls: Poll[], since: EpochMs, now: EpochMs): number {
  let covered = since;
  let longest = 0;
  for (const poll of polls) {
    longest = Math.max(longest, Math.min(poll.startedAt, now) - covered);
    covered = Math.max(covered, poll.endedAt ?? now);
  }
  return Math.max(longest, now - covered);
}

export type { Fault, Poll, Rival, SentMessage };
