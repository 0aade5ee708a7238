/** The gateway by bare RPC, as a program without us would use it: what our own figures are compared with. */
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { createGatewayClient, type GatewayClient } from "../../server/src/gateway/client.ts";
import { Secret } from "../../server/src/secret.ts";

const CHANNEL = "telegram";

export interface BareGateway {
  readonly client: GatewayClient;
  /** config.get, config.patch, channels.start, then channels.status each 50 ms until it is connected. */
  connect(accountId: string, botToken: string): Promise<void>;
  /** Accounts in webhook mode, all in one patch; each listens on a port of its own. Resolves when they run. */
  addWebhookAccounts(accounts: readonly WebhookAccount[]): Promise<void>;
}

export interface WebhookAccount {
  readonly accountId: string;
  readonly botToken: string;
  readonly port: number;
}

export async function openBareGateway(at: { url: string; token: string }): Promise<BareGateway> {
  const client = createGatewayClient({
    url: at.url,
    token: new Secret(at.token),
    device: null,
    clientVersion: "0.1.0",
    timeouts: { connectMs: 10_000, callMs: 60_000, writeMs: 120_000, silentMs: 120_000 },
    backoff: { firstMs: 200, maxMs: 1_000 },
    log: pino({ level: "silent" }),
  });
  await new Promise<void>((resolve) => client.onConnected(resolve));

  return {
    client,
    async connect(accountId, botToken) {
      await patchAccounts(client, [accountId], { [accountId]: { botToken, ...OPEN } });
      await client.channelsStart({ channel: CHANNEL, accountId });
      await until(client, [accountId], (row) => row.connected === true, 50);
    },
    async addWebhookAccounts(accounts) {
      const ids = accounts.map(({ accountId }) => accountId);
      await patchAccounts(
        client,
        [],
        Object.fromEntries(
          accounts.map(({ accountId, botToken, port }) => [
            accountId,
            {
              botToken,
              ...OPEN,
              webhookUrl: `http://127.0.0.1:${port}/hook`,
              webhookSecret: "bench-webhook-secret",
              webhookPath: "/hook",
              webhookPort: port,
            },
          ]),
        ),
      );
      for (const accountId of ids) await client.channelsStart({ channel: CHANNEL, accountId });
      await until(client, ids, (row) => row.running === true, 500);
    },
  };
}

const OPEN = {
  enabled: true,
  dmPolicy: "open",
  allowFrom: ["*"],
  groupPolicy: "disabled",
  configWrites: false,
};

/** Accounts, and for `agents` an agent and a binding each, as our own writer does it. */
async function patchAccounts(
  client: GatewayClient,
  agents: readonly string[],
  accounts: Record<string, Record<string, string | number | boolean | string[]>>,
): Promise<void> {
  const { sourceConfig, hash } = await client.configGet();
  const bindings = Array.isArray(sourceConfig.bindings) ? sourceConfig.bindings : [];
  await client.configPatch({
    patch: {
      bindings: [
        ...bindings,
        ...agents.map((agentId) => ({ agentId, match: { channel: CHANNEL, accountId: agentId } })),
      ],
      agents: { entries: Object.fromEntries(agents.map((id) => [id, { name: id }])) },
      channels: { [CHANNEL]: { accounts } },
    },
    baseHash: hash,
    replacePaths: ["bindings"],
  });
}

async function until(
  client: GatewayClient,
  accountIds: readonly string[],
  isThere: (row: Record<string, unknown>) => boolean,
  pauseMs: number,
): Promise<void> {
  for (;;) {
    const status = await client.channelsStatus({ channel: CHANNEL });
    const rows = status.channelAccounts[CHANNEL] ?? [];
    if (accountIds.every((id) => rows.some((row) => row.accountId === id && isThere(row)))) return;
    await sleep(pauseMs);
  }
}
