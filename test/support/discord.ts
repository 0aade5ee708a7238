/**
 * As much of Discord as a bot needs to come up and answer a direct message: its REST API and its gateway, on one loopback
 * origin. The plugin is pointed at it by the gateway's environment (`DISCORD_API_URL`).
 */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { z } from "zod";

export interface Discord {
  /** For `DISCORD_API_URL`. */
  readonly apiUrl: string;
  /** A fresh bot's token. */
  addBot(name: string): string;
  /** As “Reset Token” in the developer portal: the connection is closed, and the token refused from now on. */
  revoke(token: string): void;
  /** How often a bot has logged in at the gateway. */
  logins(token: string): number;
  /** Someone writes to the bot directly. */
  say(token: string, text: string): void;
  /** What bots wrote. */
  readonly sent: readonly string[];
}

interface Bot {
  readonly id: string;
  readonly username: string;
  revoked: boolean;
  logins: number;
  socket: WebSocket | null;
  /** Null before its first login. */
  say: ((text: string) => void) | null;
}

const PERSON = { id: "900000000000000001", username: "alex", discriminator: "0", avatar: null };
const DIRECT = "700000000000000001";
/** Discord's own: hello, heartbeat acknowledged, dispatch, and “authentication failed”. */
const OP = { dispatch: 0, heartbeat: 1, identify: 2, resume: 6, hello: 10, heartbeatAck: 11 };
const CLOSE_REFUSED = 4004;

const frameSchema = z.object({
  op: z.number(),
  d: z.looseObject({ token: z.string().optional() }).nullish().catch(null),
});
const messageSchema = z.looseObject({ content: z.string().default("") });

/** Closed after the file's last test. */
export async function startDiscord(): Promise<Discord> {
  const bots = new Map<string, Bot>();
  const sent: string[] = [];
  let lastId = 800_000_000_000_000_000n;
  const newId = (): string => String(++lastId);
  const botOf = (authorization = ""): Bot | null => {
    const bot = bots.get(authorization.replace(/^Bot /, ""));
    return bot && !bot.revoked ? bot : null;
  };
  const userOf = ({ id, username }: Bot) => ({ id, username, discriminator: "0", avatar: null, bot: true });

  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    const bot = botOf(request.headers.authorization);
    const path = new URL(request.url ?? "/", "http://discord").pathname.replace(/^\/api\/v10/, "");
    const body = await textOf(request);
    if (!bot) return answer(401, { message: "401: Unauthorized", code: 0 });
    if (path === "/users/@me") return answer(200, userOf(bot));
    if (path === "/oauth2/applications/@me" || path === "/applications/@me") {
      return answer(200, { id: bot.id, name: bot.username, flags: 1 << 19, bot: userOf(bot) });
    }
    if (path === "/gateway/bot") {
      const limits = { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 };
      return answer(200, { url: origin().replace("http", "ws"), shards: 1, session_start_limit: limits });
    }
    if (path === "/users/@me/channels" || path === `/channels/${DIRECT}`) {
      return answer(200, { id: DIRECT, type: 1, recipients: [PERSON], last_message_id: null });
    }
    if (path.endsWith("/messages") && request.method === "POST") {
      const { content } = messageSchema.parse(JSON.parse(body));
      sent.push(content);
      return answer(200, messageOf(newId(), userOf(bot), content));
    }
    answer(
      request.method === "GET" ? 404 : 200,
      request.method === "GET" ? { message: "404: Not Found", code: 0 } : [],
    );
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => {
    let sequence = 0;
    const send = (op: number, d: unknown, t: string | null = null): void =>
      socket.send(JSON.stringify({ op, d, t, s: op === OP.dispatch ? ++sequence : null }));
    send(OP.hello, { heartbeat_interval: 5_000 });
    socket.on("message", (data) => {
      const { op, d } = frameSchema.parse(JSON.parse(data.toString()));
      if (op === OP.heartbeat) return send(OP.heartbeatAck, null);
      if (op !== OP.identify && op !== OP.resume) return;
      const bot = botOf(d?.token);
      if (!bot) return socket.close(CLOSE_REFUSED, "Authentication failed.");
      bot.logins += 1;
      bot.socket = socket;
      socket.on("close", () => {
        if (bot.socket === socket) bot.socket = null;
      });
      const session = { session_id: newId(), resume_gateway_url: origin().replace("http", "ws") };
      const application = { id: bot.id, flags: 1 << 19 };
      send(OP.dispatch, { v: 10, user: userOf(bot), guilds: [], application, ...session }, "READY");
      bot.say = (text) => send(OP.dispatch, messageOf(newId(), PERSON, text), "MESSAGE_CREATE");
    });
  });
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterAll(() => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  });

  const known = (token: string): Bot => {
    const bot = bots.get(token);
    if (!bot) throw new Error("no bot of that token");
    return bot;
  };
  return {
    apiUrl: `${origin()}/api/v10`,
    addBot(username) {
      const id = newId();
      // Its first part is the bot's id, which the plugin reads.
      const token = `${Buffer.from(id).toString("base64url")}.Gabcde.${Buffer.from(newId()).toString("base64url")}`;
      bots.set(token, { id, username, revoked: false, logins: 0, socket: null, say: null });
      return token;
    },
    revoke(token) {
      const bot = known(token);
      bot.revoked = true;
      bot.socket?.close(CLOSE_REFUSED, "Authentication failed.");
    },
    logins: (token) => known(token).logins,
    say(token, text) {
      const { say } = known(token);
      if (!say) throw new Error("the bot is not logged in");
      say(text);
    },
    sent,
  };
}

function messageOf(id: string, author: object, content: string): object {
  return {
    id,
    channel_id: DIRECT,
    channel_type: 1,
    author,
    content,
    timestamp: new Date().toISOString(),
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    pinned: false,
    type: 0,
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}
