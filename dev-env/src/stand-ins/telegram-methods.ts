/** The Bot API methods that the gateway calls, answered as the real one answers them. */
import type { ServerResponse } from "node:http";
import { z } from "zod";
import { type Bot, deliver, type Fault, type PollEnd } from "./telegram-bot.ts";
import { CONFLICT, setWebhook } from "./telegram-rival.ts";

export type Outcome =
  | { kind: "ok"; result: unknown }
  | { kind: "refused"; status: number; description?: string }
  | { kind: "fault"; fault: Fault };

type Params = Record<string, unknown>;

const ok = (result: unknown): Outcome => ({ kind: "ok", result });

/** @param response is watched while a poll hangs: whoever hangs up stops polling. */
export async function callMethod(
  bot: Bot,
  method: string,
  params: Params,
  response: ServerResponse,
): Promise<Outcome> {
  if (method === "getUpdates") return getUpdates(bot, params, response);
  const known = METHODS[method];
  if (known) return ok(known(bot, params));
  if (/^(send|edit|copy|forward)/.test(method)) return ok(recordSent(bot, method, params));
  if (/^(set|delete|answer|pin|unpin|close)/.test(method)) return ok(true);
  return { kind: "refused", status: 404, description: `Not Found: method ${method} not found` };
}

const METHODS: Record<string, (bot: Bot, params: Params) => unknown> = {
  getMe: (bot) => ({
    id: bot.id,
    is_bot: true,
    first_name: bot.username,
    username: bot.username,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
    has_topics_enabled: false,
  }),
  getMyCommands: () => [],
  getWebhookInfo: (bot) => ({
    url: bot.webhook?.url ?? "",
    has_custom_certificate: false,
    pending_update_count: bot.updates.length,
  }),
  setWebhook(bot, params) {
    const { url, secret_token } = z
      .object({ url: z.string(), secret_token: z.string().optional() })
      .parse(params);
    if (url === "") bot.webhook = null;
    else setWebhook(bot, url, secret_token ?? null);
    for (const update of bot.updates) void deliver(bot, update);
    return true;
  },
  deleteWebhook(bot, params) {
    bot.webhook = null;
    if (String(params.drop_pending_updates) === "true") bot.updates = [];
    return true;
  },
  sendChatAction: () => true,
  getChat: (_, params) => ({
    id: Number(params.chat_id),
    type: "private",
    first_name: `user${params.chat_id}`,
  }),
  getFile: (_, params) => ({ file_id: params.file_id, file_unique_id: params.file_id, file_path: "file" }),
};

function recordSent(bot: Bot, method: string, params: Params): unknown {
  const chatId = String(params.chat_id ?? "");
  const text = String(params.text ?? params.caption ?? "");
  bot.sent.push({ method, chatId, text, at: Date.now(), params });
  return {
    message_id: Number(params.message_id ?? bot.nextId++),
    date: Math.floor(Date.now() / 1000),
    chat: { id: Number(chatId), type: "private" },
    from: { id: bot.id, is_bot: true, first_name: bot.username, username: bot.username },
    text,
  };
}

const pollParams = z.object({
  offset: z.coerce.number().int().default(0),
  limit: z.coerce.number().int().min(1).max(100).default(100),
  timeout: z.coerce.number().min(0).default(0),
});

async function getUpdates(bot: Bot, params: Params, response: ServerResponse): Promise<Outcome> {
  const { offset, limit, timeout } = pollParams.parse(params);
  if (bot.webhook) return { kind: "refused", status: 409, description: CONFLICT.webhookActive };
  bot.hangingPoll?.end({ status: 409, description: CONFLICT.otherPoll });
  // A higher offset confirms everything below it; a negative one keeps only that many of the newest.
  bot.updates = offset < 0 ? bot.updates.slice(offset) : bot.updates.filter((one) => one.update_id >= offset);
  const poll = { startedAt: Date.now(), endedAt: null as number | null, offset };
  bot.polls.push(poll);
  const why = bot.updates.length > 0 ? { updates: true as const } : await hang(bot, timeout * 1000, response);
  poll.endedAt = Date.now();
  if ("fault" in why) return { kind: "fault", fault: why.fault };
  if ("status" in why) return { kind: "refused", ...why };
  return ok(bot.updates.slice(0, limit));
}

function hang(bot: Bot, timeoutMs: number, response: ServerResponse): Promise<PollEnd> {
  return new Promise((resolve) => {
    const self = {
      end(why: PollEnd): void {
        clearTimeout(timer);
        response.off("close", hungUp);
        if (bot.hangingPoll === self) bot.hangingPoll = null;
        resolve(why);
      },
    };
    const hungUp = (): void => self.end({ updates: true });
    const timer = setTimeout(hungUp, timeoutMs);
    response.once("close", hungUp);
    bot.hangingPoll = self;
  });
}
