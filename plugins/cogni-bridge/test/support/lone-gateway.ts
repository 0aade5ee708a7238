/**
 * The real gateway on the seed config with stand-ins around it, and nothing of the control plane but someone who answers
 * for the credentials: what the plugin promises, and what we rely on upstream, is seen best without our own help.
 */
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BRIDGE_METHODS,
  type JsonObject,
  overlayGatewayConfig,
  type ResolveRequest,
  resolveRequestSchema,
} from "@cogni/contract";
import { expect, vi } from "vitest";
import { z } from "zod";
import { startGateway } from "../../../../dev-env/src/gateway-process.ts";
import { freePort } from "../../../../dev-env/src/ports.ts";
import { startLlm } from "../../../../dev-env/src/stand-ins/llm.ts";
import { startTelegram } from "../../../../dev-env/src/stand-ins/telegram.ts";
import { connect } from "../../../../server/src/gateway/connection.ts";
import { Secret } from "../../../../server/src/secret.ts";

/** Stands in every credential here, and in no file of ours: the gateway copies the plugin's whole folder into its state. */
export const CANARY = randomUUID();
const TOKEN = `lone-gateway-${CANARY}`;
export const LLM_KEY = `sk-${CANARY}`;
export const MODEL = "cogni/echo";
/** Long enough for a machine that is busy with other tests. */
const PATIENCE = { timeout: 60_000, interval: 100 };

const accountRow = z.object({
  accountId: z.string(),
  connected: z.boolean().nullish(),
  running: z.boolean().nullish(),
  lastStartAt: z.number().nullish(),
});
const statusSchema = z.object({ channelAccounts: z.record(z.string(), z.array(accountRow)) });
export type Row = z.infer<typeof accountRow>;

export type LoneGateway = Awaited<ReturnType<typeof startLoneGateway>>;

/** @param more goes into the gateway's config, on top of what points it at the stand-ins */
export async function startLoneGateway(more: JsonObject = {}) {
  const folder = mkdtempSync(join(tmpdir(), "cogni-lone-gateway-"));
  const telegram = await startTelegram();
  const llm = await startLlm({ requireTenant: true });
  const vault = await startVault();
  const overlay = join(folder, "overlay.json");
  const loopback = { apiRoot: telegram.url, network: { dangerouslyAllowPrivateNetwork: true } };
  writeFileSync(overlay, JSON.stringify(overlayGatewayConfig({ channels: { telegram: loopback } }, more)));
  const gateway = await startGateway({
    folder: join(folder, "gateway"),
    port: await freePort(),
    token: TOKEN,
    internalUrl: vault.url,
    values: { LLM_URL: llm.baseUrl, LLM_MODEL: "echo" },
    overlay,
    log: () => undefined,
  });
  const newConnection = () =>
    connect({
      url: gateway.url,
      token: new Secret(TOKEN),
      device: null,
      clientVersion: "0.0.0",
      connectTimeoutMs: 30_000,
    });
  let connection = await newConnection();
  const rpc = (method: string, params: object = {}) => connection.request(method, params, 60_000);

  const patch = async (change: object, replacePaths: readonly string[] = []) => {
    const { hash } = z.object({ hash: z.string() }).parse(await rpc("config.get"));
    await rpc("config.patch", { raw: JSON.stringify(change), baseHash: hash, replacePaths });
  };

  const row = async (accountId: string): Promise<Row | undefined> => {
    const status = statusSchema.parse(await rpc("channels.status", { channel: "telegram" }));
    return status.channelAccounts.telegram?.find((one) => one.accountId === accountId);
  };

  const bindings: object[] = [];
  return {
    folder,
    telegram,
    llm,
    vault,
    gateway,
    rpc,
    patch,
    row,
    /** Agent, binding and account in one write, as the control plane does; resolves once it is connected. */
    async connectTenant(id: string, version = 1) {
      const accountId = `tenant-${id}`;
      const token = vault.issue(id, version);
      telegram.addBot({ token, username: `${id}_bot` });
      bindings.push({ agentId: accountId, match: { channel: "telegram", accountId } });
      await patch(
        {
          agents: { entries: { [accountId]: { model: { primary: MODEL } } } },
          bindings,
          channels: { telegram: { accounts: { [accountId]: account(id, version) } } },
        },
        ["bindings"],
      );
      await rpc(BRIDGE_METHODS.start, { channel: "telegram", accountId });
      await vi.waitFor(async () => expect((await row(accountId))?.connected).toBe(true), PATIENCE);
      return token;
    },
    /** As when the control plane restarts. */
    async reconnect() {
      await connection.close();
      connection = await newConnection();
    },
    /** Someone writes to the bot; resolves once it has answered with `reply`, by default the echo of what was written. */
    async ask(token: string, chat: number, text: string, reply = text): Promise<void> {
      const before = telegram.sent(token).length;
      telegram.say(token, { chat, text });
      await vi.waitFor(() => {
        const replies = telegram
          .sent(token)
          .slice(before)
          .map((sent) => sent.text);
        expect(replies).toContainEqual(expect.stringContaining(reply));
      }, PATIENCE);
    },
    async stop() {
      await connection.close();
      await gateway.stop();
      await Promise.all([telegram.close(), llm.close(), vault.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An account as the control plane writes it. */
export const account = (id: string, version: number) => ({
  botToken: { source: "exec", provider: "cogni", id: `tenant/${id}/telegram/v${version}/botToken` },
  dmPolicy: "open",
  allowFrom: ["*"],
  groupPolicy: "disabled",
});

const fatesSchema = z.object({
  fates: z.array(z.object({ agentId: z.string(), logicalId: z.string(), fate: z.string() })),
});

/** Stands in for `POST /internal/v1/secrets` and `/internal/v1/replies`. */
async function startVault() {
  const values = new Map([["llm/upstream", LLM_KEY]]);
  const requests: ResolveRequest[] = [];
  const fates: z.infer<typeof fatesSchema>["fates"] = [];
  let down = false;
  const server = createServer(async (request, response) => {
    if (down || request.headers.authorization !== `Bearer ${TOKEN}`)
      return void response.writeHead(503).end();
    const text = (await request.toArray()).join("");
    if (request.url === "/internal/v1/replies") {
      fates.push(...fatesSchema.parse(JSON.parse(text)).fates);
      return void response.end("{}");
    }
    const body = resolveRequestSchema.parse(JSON.parse(text));
    requests.push(body);
    // Each tenant has an LLM key and a salt.
    for (const id of body.ids)
      if (id.startsWith("llm/")) values.set(id, values.get(id) ?? `${LLM_KEY}-${id}`);
    const found = body.ids.filter((id) => values.has(id));
    const missing = body.ids.filter((id) => !values.has(id));
    response.end(
      JSON.stringify({
        protocolVersion: 1,
        values: Object.fromEntries(found.map((id) => [id, values.get(id)])),
        errors: Object.fromEntries(missing.map((id) => [id, { code: "NOT_FOUND" }])),
      }),
    );
  }).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    /** What the plugin told of replies. */
    fates,
    values,
    /** A bot token for this version of the tenant's credential. */
    issue(id: string, version: number): string {
      const token = `${1000 + values.size}:${CANARY}-${id}-v${version}`;
      values.set(`tenant/${id}/telegram/v${version}/botToken`, token);
      return token;
    },
    setDown: (is: boolean) => {
      down = is;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A change of the plugin's own config. */
export function bridgeConfig(config: object): object {
  return { plugins: { entries: { "cogni-bridge": { config } } } };
}

/** Paths below the folder. */
export function filesContaining(text: string, folder: string): string[] {
  // grep ends with 1 where it finds nothing.
  const script = 'grep -rlaF -- "$1" "$2" || [ $? -eq 1 ]';
  const found = execFileSync("/bin/sh", ["-c", script, "sh", text, folder], { encoding: "utf8" });
  return found.split("\n").filter((file) => file !== "");
}
