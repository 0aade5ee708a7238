/** The control plane's HTTP side on a real port and database; what channels do is the test's to say. */
import { randomBytes } from "node:crypto";
import {
  type BillingAccountId,
  createdConnectLinkSchema,
  KEY_SCOPES,
  type KeyScope,
  openedConnectLinkSchema,
  type Role,
} from "@cogni/contract";
import type { Channels } from "../../src/channels/channels.ts";
import { type Config, readConfig } from "../../src/config.ts";
import { type Context, createContext } from "../../src/context.ts";
import { addAdministrator } from "../../src/db/administrators.ts";
import { createApiKey } from "../../src/db/api-keys.ts";
import { addMember } from "../../src/db/members.ts";
import { withService, withTenant } from "../../src/db/tenant.ts";
import { createInternalListener } from "../../src/http/internal.ts";
import { listen } from "../../src/http/listen.ts";
import type { Pages } from "../../src/http/pages.ts";
import { createPublicListener } from "../../src/http/server.ts";
import { createLogger } from "../../src/log.ts";
import type { TestDatabase } from "./database.ts";

export const PUBLIC_URL = "http://console.test";

/** All that a worker needs, for a database of one's own. */
export function settings(database: Pick<TestDatabase, "apiUrl" | "serviceUrl" | "ownerUrl">) {
  return {
    PORT: "0",
    INTERNAL_PORT: "0",
    LLM_PORT: "0",
    PUBLIC_URL,
    DATABASE_URL: database.apiUrl,
    DATABASE_SERVICE_URL: database.serviceUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
    CHANNEL_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
    OPENCLAW_GATEWAY_URL: "ws://127.0.0.1:1",
    OPENCLAW_GATEWAY_TOKEN: randomBytes(16).toString("hex"),
    LLM_BASE_URL: "http://127.0.0.1:1",
    LLM_API_KEY: "llm-key-canary",
    LLM_MODEL: "echo",
  };
}

export interface Edge {
  /** Of the public port, without a slash at its end. */
  readonly url: string;
  readonly internalUrl: string;
  readonly ctx: Context;
  /** Everything logged so far. */
  logged(): string;
  close(): Promise<void>;
}

interface EdgeOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly channels?: Partial<Channels>;
  readonly pages?: Pages;
  readonly principalCacheMs?: number;
}

export async function startEdge(database: TestDatabase, options: EdgeOptions = {}): Promise<Edge> {
  const read = readConfig({ ...settings(database), ...options.env });
  const principalCacheMs = options.principalCacheMs ?? read.timing.principalCacheMs;
  const config: Config = { ...read, timing: { ...read.timing, principalCacheMs } };
  const lines: string[] = [];
  const built = await createContext(
    config,
    createLogger("debug", { write: (line) => void lines.push(line) }),
  );
  const ctx: Context = { ...built, channels: { ...built.channels, ...options.channels } };
  const host = "127.0.0.1";
  const server = await listen(createPublicListener(ctx, options.pages ?? null), {
    host,
    port: 0,
    setting: "PORT",
  });
  const internal = await listen(createInternalListener(ctx), { host, port: 0, setting: "INTERNAL_PORT" });
  return {
    url: `http://${host}:${server.port}`,
    internalUrl: `http://${host}:${internal.port}`,
    ctx,
    logged: () => lines.join(""),
    async close() {
      await Promise.all([server.close(AbortSignal.abort()), internal.close(AbortSignal.abort())]);
      await built.close();
    },
  };
}

export async function newKey(
  { ctx }: Edge,
  billingAccountId: BillingAccountId,
  scopes: readonly KeyScope[] = KEY_SCOPES,
): Promise<{ id: string; key: string }> {
  const { id, key } = await withTenant(ctx.db, billingAccountId, (tx) =>
    createApiKey(tx, { billingAccountId, name: "test key", scopes, expiresAt: null, createdBy: null }),
  );
  return { id, key: key.reveal() };
}

/** Of a connect link for all channels, opened. */
export async function newLinkBearer(edge: Edge, billingAccountId: BillingAccountId): Promise<string> {
  const headers = { authorization: `Bearer ${(await newKey(edge, billingAccountId)).key}` };
  const made = createdConnectLinkSchema.parse(
    await (await postJson(`${edge.url}/api/v1/connect-links`, {}, headers)).json(),
  );
  const request = { id: made.id, token: new URL(made.url).hash.slice(1) };
  const opened = await postJson(`${edge.url}/api/auth/connect-link/open`, request);
  return openedConnectLinkSchema.parse(await opened.json()).bearer;
}

export const PASSWORD = "correct horse battery staple";

/** Creates a person of the tenant and signs in; answers the whole `Set-Cookie`. */
export async function signIn(
  edge: Edge,
  billingAccountId: BillingAccountId,
  email: string,
  role: Role = "owner",
): Promise<string> {
  const userId = await edge.ctx.people.create({ email, name: "Ann", password: PASSWORD });
  await withService(edge.ctx.db, (tx) => addMember(tx, { billingAccountId, userId, role }));
  const response = await postJson(`${edge.url}/api/auth/sign-in/email`, { email, password: PASSWORD });
  return response.headers.get("set-cookie") ?? "";
}

/** Creates one of the platform's administrators, a member of no tenant, and signs in; answers the whole `Set-Cookie`. */
export async function signInAdministrator(edge: Edge, email: string): Promise<string> {
  const userId = await edge.ctx.people.create({ email, name: "Olga", password: PASSWORD });
  await withService(edge.ctx.db, (tx) => addAdministrator(tx, userId));
  const response = await postJson(`${edge.url}/api/auth/sign-in/email`, { email, password: PASSWORD });
  return response.headers.get("set-cookie") ?? "";
}

/** What a browser sends back of a `Set-Cookie`. */
export function cookieOf(setCookie: string): string {
  return setCookie.split(";", 1)[0] ?? "";
}

export function postJson(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

/** The parts of a problem that tests look at. */
export async function problemOf(response: Response): Promise<{
  type: string | null;
  status: number;
  code: string;
  detail: string;
  requestId: string;
  errors: { path: string; message: string }[];
}> {
  const body = (await response.json()) as Record<string, unknown>;
  return {
    type: response.headers.get("content-type"),
    status: response.status,
    code: String(body.code),
    detail: String(body.detail),
    requestId: String(body.requestId),
    errors: (body.errors ?? []) as { path: string; message: string }[],
  };
}
