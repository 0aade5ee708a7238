/** What a test does in a world, from whichever process: make tenants and bots, call the API, steer the stand-ins. */
import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ChannelStatus,
  type ConnectResponse,
  connectResponseSchema,
  type StatusDocument,
  statusDocumentSchema,
} from "@cogni/contract";
import { type Administrator, seedAdministrator, seedTenants, type Tenant } from "./seed.ts";
import type { Seed } from "./seeder.ts";
import type { LlmControl } from "./stand-ins/llm.ts";
import { type Remote, remote } from "./stand-ins/loopback.ts";
import type { OidcControl } from "./stand-ins/oidc.ts";
import type { TelegramControl } from "./stand-ins/telegram.ts";
import type { TryItControl } from "./stand-ins/try-it/server.ts";

/** All that another process needs to take part. */
export interface WorldDescription {
  url: string;
  dataDir: string;
  gateway: { url: string; token: string };
  telegramUrl: string;
  tryItUrl: string;
  llmUrl: string;
  oidcUrl: string;
  /** Where tenants and people are made. */
  seedUrl: string;
  /** The control plane's environment. */
  env: NodeJS.ProcessEnv;
}

export interface SeedControl {
  seed: Seed;
}

/** Why there is no world to take part in. */
export interface WorldProblem {
  problem: string;
}

export interface World extends WorldDescription {
  telegram: Remote<TelegramControl>;
  /** Our own messenger, with the channels `try-it` (token) and `try-it-qr` (scan). */
  tryIt: Remote<TryItControl>;
  llm: Remote<LlmControl>;
  /** One of the platform's administrators, a member of no tenant. */
  administrator(): Promise<Administrator>;
  /** Who signs in by the identity provider, and how that behaves. */
  oidc: Remote<OidcControl>;
  /** Fresh tenants, each with a login and an API key. Many at once cost little more than one. */
  tenants(count: number): Promise<Tenant[]>;
  /** A fresh bot that the messenger knows. */
  bot(): Promise<{ token: string; username: string }>;
  /** The same of our own messenger. */
  tryItBot(): Promise<{ token: string; name: string }>;
  api(tenant: Tenant): Api;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Parsed JSON, or null for an empty answer. */
  body: unknown;
}

export interface Api {
  /** Any request, as the tenant's program would send it. Headers win over the usual ones; null leaves one out. */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string | null>,
  ): Promise<Answer>;
  /** GET /api/v1/channels/status. Throws for anything but 200. */
  status(): Promise<StatusDocument>;
  /** POST /api/v1/channels/connect with one credential. Throws for anything but 200. */
  connect(channel: string, credential: string): Promise<ConnectResponse>;
  /** POST /api/v1/channels/disconnect. Throws for anything but 200. */
  disconnect(channel: string): Promise<void>;
  /** The channel once it is in one of these states. Throws, with what it was last, after `timeoutMs`. */
  reaches(channel: string, states: ChannelStatus["state"][], timeoutMs?: number): Promise<ChannelStatus>;
}

const ASK_EVERY_MS = 200;

/** The tenants that this process made, in whichever world. */
const guests: Api[] = [];

/** A wish is kept once it is asked for; whoever comes next need not wait until the gateway has carried it out. */
const WISHED_MS = 1_000;

/**
 * Disconnects whatever this process's tenants have connected: an account that polls costs a shared gateway a thread, and
 * each look at it more with each account.
 */
export async function leaveWorld(): Promise<void> {
  await Promise.all(
    guests.splice(0).map(async (api) => {
      const { status, body } = await api.request("GET", "/api/v1/channels/status");
      // Its key was revoked by the test: what it connected stays.
      if (status !== 200) return;
      const connected = statusDocumentSchema.parse(body).channels.filter(({ accountId }) => accountId);
      const gone = Promise.all(
        connected.map(({ channel }) => api.request("POST", "/api/v1/channels/disconnect", { channel })),
      );
      await Promise.race([gone, ...(connected.length > 0 ? [sleep(WISHED_MS)] : [])]);
    }),
  );
}

/** Throws where the world did not start: each test that needs it fails, and no other. */
export function joinWorld(description: WorldDescription | WorldProblem): World {
  if ("problem" in description) throw new Error(description.problem);
  const telegram = remote<TelegramControl>(description.telegramUrl);
  const tryIt = remote<TryItControl>(description.tryItUrl);
  const { seed } = remote<SeedControl>(description.seedUrl);
  return {
    ...description,
    telegram,
    tryIt,
    llm: remote<LlmControl>(description.llmUrl),
    oidc: remote<OidcControl>(description.oidcUrl),
    async tenants(count) {
      const names = Array.from({ length: count }, () => `t-${randomBytes(5).toString("hex")}`);
      const tenants = await seedTenants(
        description.env,
        names.map((name) => ({ billingAccountId: name, name: `Tenant ${name}` })),
        [],
        seed,
      );
      guests.push(...tenants.map((tenant) => createApi(description.url, tenant)));
      return tenants;
    },
    administrator: () =>
      seedAdministrator(
        description.env,
        {
          name: "Operator",
          email: `operator-${randomBytes(5).toString("hex")}@example.com`,
          password: randomBytes(9).toString("base64url"),
        },
        seed,
      ),
    async bot() {
      const id = randomInt(1_000_000_000, 9_999_999_999);
      const bot = { token: `${id}:${randomBytes(26).toString("base64url")}`, username: `bot_${id}` };
      await telegram.addBot(bot);
      return bot;
    },
    async tryItBot() {
      const bot = {
        token: `bot_${randomBytes(24).toString("base64url")}`,
        name: `Bot ${randomInt(1_000_000)}`,
      };
      await tryIt.addBot(bot);
      return bot;
    },
    api: (tenant) => createApi(description.url, tenant),
  };
}

function createApi(url: string, { apiKey }: Tenant): Api {
  const request: Api["request"] = async (method, path, body, headers = {}) => {
    const all = { authorization: `Bearer ${apiKey}`, "content-type": "application/json", ...headers };
    const response = await fetch(url + path, {
      method,
      headers: Object.entries(all).filter((header): header is [string, string] => header[1] !== null),
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text || null,
    };
  };
  const expect200 = async (...args: Parameters<Api["request"]>): Promise<unknown> => {
    const { status, body } = await request(...args);
    if (status !== 200) throw new Error(`${args[0]} ${args[1]} answered ${status}: ${JSON.stringify(body)}`);
    return body;
  };
  const status = async (): Promise<StatusDocument> =>
    statusDocumentSchema.parse(await expect200("GET", "/api/v1/channels/status"));
  return {
    request,
    status,
    connect: async (channel, credential) =>
      connectResponseSchema.parse(
        await expect200("POST", "/api/v1/channels/connect", { channel, credential }),
      ),
    disconnect: async (channel) => {
      await expect200("POST", "/api/v1/channels/disconnect", { channel });
    },
    async reaches(channel, states, timeoutMs = 30_000) {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const found = (await status()).channels.find((one) => one.channel === channel);
        if (found && states.includes(found.state)) return found;
        if (Date.now() > deadline) {
          throw new Error(`${channel} is not ${states.join(" or ")} but: ${JSON.stringify(found)}`);
        }
        await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      }
    },
  };
}
