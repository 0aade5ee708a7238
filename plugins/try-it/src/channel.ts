/** The two channels, as the gateway sees them: all that differs is where the credential comes from, and how it ends. */
import {
  buildChannelOutboundSessionRoute,
  type ChannelPlugin,
  createChatChannelPlugin,
  type OpenClawConfig,
  type PluginRuntime,
} from "openclaw/plugin-sdk/channel-core";
import { type Account, listAccountIds, readAccount } from "./accounts.ts";
import { runConnection } from "./connection.ts";
import { createLogins } from "./login.ts";
import { createMessenger, inWords } from "./messenger.ts";
import { readSession, removeSession, unlink } from "./session-file.ts";
import { BOT_CHANNEL, LINKED_CHANNEL, serverUrl } from "./settings.ts";

type Channel = ChannelPlugin<Account>;

interface Kind {
  readonly id: string;
  readonly label: string;
  /** Null where the account has none yet. */
  token(account: Account): Promise<string | null>;
  /** After the messenger refused the credential for good. */
  onRefused(accountId: string): Promise<void>;
  isConfigured(account: Account): boolean;
  /** Absent where nothing is linked by scanning. */
  isLinked?(account: Account): Promise<boolean>;
  readonly gateway: Pick<
    NonNullable<Channel["gateway"]>,
    "loginWithQrStart" | "loginWithQrWait" | "logoutAccount"
  >;
}

export function createBotChannel(runtime: PluginRuntime): Channel {
  return createChannel(runtime, {
    id: BOT_CHANNEL,
    label: "Try it",
    token: async (account) => account.botToken,
    // The token may be made valid again, and stands in the config, which is not ours.
    onRefused: async () => undefined,
    isConfigured: (account) => account.botToken !== null,
    gateway: {},
  });
}

export function createLinkedChannel(runtime: PluginRuntime): Channel {
  const logins = createLogins(runtime);
  return createChannel(runtime, {
    id: LINKED_CHANNEL,
    label: "Try it by QR code",
    token: async ({ accountId }) => (await readSession(accountId))?.token ?? null,
    onRefused: async (accountId) => void (await removeSession(accountId)),
    isConfigured: () => true,
    isLinked: async ({ accountId }) => (await readSession(accountId)) !== null,
    gateway: {
      loginWithQrStart: ({ accountId, force = false, timeoutMs }) =>
        logins.start({ accountId: named(accountId), force, ...(timeoutMs !== undefined && { timeoutMs }) }),
      loginWithQrWait: ({ accountId, timeoutMs, currentQrDataUrl }) =>
        logins.wait({
          accountId: named(accountId),
          ...(timeoutMs !== undefined && { timeoutMs }),
          ...(currentQrDataUrl !== undefined && { currentQrDataUrl }),
        }),
      async logoutAccount({ cfg, accountId }) {
        logins.forget(accountId);
        const session = await readSession(accountId);
        if (session) await unlink(runtime, serverUrl(cfg), session);
        const cleared = await removeSession(accountId);
        return { cleared, loggedOut: true };
      },
    },
  });
}

function createChannel(runtime: PluginRuntime, kind: Kind): Channel {
  const { id, label } = kind;
  const messengerOf = async (config: OpenClawConfig, account: Account) => {
    const token = await kind.token(account);
    if (token === null) throw new Error(`${id} account ${account.accountId} has no credential`);
    return createMessenger(serverUrl(config), token);
  };
  const send = async (
    config: OpenClawConfig,
    accountId: string | null | undefined,
    to: string,
    text: string,
  ) => {
    const messenger = await messengerOf(config, readAccount(config, id, named(accountId)));
    return messenger.send(chatOf(id, to), text);
  };
  return createChatChannelPlugin<Account>({
    base: {
      id,
      meta: {
        id,
        label,
        selectionLabel: label,
        docsPath: `/channels/${id}`,
        blurb: "A messenger on this machine, to try channels with.",
      },
      capabilities: { chatTypes: ["direct"] },
      reload: { configPrefixes: [`channels.${id}`] },
      config: {
        listAccountIds: (config) => listAccountIds(config, id),
        resolveAccount: (config, accountId) => readAccount(config, id, named(accountId)),
        isEnabled: (account) => account.enabled,
        resolveAllowFrom: ({ cfg, accountId }) => [...readAccount(cfg, id, named(accountId)).allowFrom],
        isConfigured: (account) => kind.isConfigured(account),
        ...(kind.isLinked && {
          isLinked: async (account: Account) => ((await kind.isLinked?.(account)) ? "linked" : "not-linked"),
        }),
      },
      messaging: {
        targetPrefixes: [id],
        normalizeTarget: (raw) => chatOf(id, raw),
        inferTargetChatType: () => "direct",
        targetResolver: { looksLikeId: (raw) => /^[a-z0-9-]+$/.test(chatOf(id, raw)), hint: "<person>" },
        resolveOutboundSessionRoute: ({ cfg, agentId, accountId, target }) =>
          buildChannelOutboundSessionRoute({
            cfg,
            agentId,
            channel: id,
            ...(accountId !== undefined && { accountId }),
            peer: { kind: "direct", id: chatOf(id, target) },
            chatType: "direct",
            from: `${id}:${named(accountId)}`,
            to: `${id}:${chatOf(id, target)}`,
          }),
      },
      status: {
        async probeAccount({ account, timeoutMs, cfg }) {
          const startedAt = Date.now();
          try {
            const messenger = await messengerOf(cfg, account);
            const bot = await messenger.self(AbortSignal.timeout(timeoutMs));
            return { ok: true, elapsedMs: Date.now() - startedAt, bot };
          } catch (error) {
            return { ok: false, elapsedMs: Date.now() - startedAt, error: inWords(error) };
          }
        },
        buildAccountSnapshot: async ({ account, runtime: row, probe }) => ({
          ...row,
          accountId: account.accountId,
          enabled: account.enabled,
          configured: kind.isConfigured(account),
          ...(kind.isLinked && { linked: await kind.isLinked(account) }),
          ...(probe !== undefined && { probe, lastProbeAt: Date.now() }),
        }),
      },
      gateway: {
        ...kind.gateway,
        async startAccount(context) {
          const token = await kind.token(context.account);
          if (token === null) throw new Error(`${context.accountId} has no credential`);
          await runConnection(context, {
            runtime,
            channel: id,
            label,
            server: serverUrl(context.cfg),
            token,
            onRefused: () => kind.onRefused(context.accountId),
          });
        },
      },
    },
    security: {
      dm: {
        channelKey: id,
        resolvePolicy: (account) => account.dmPolicy,
        resolveAllowFrom: (account) => [...account.allowFrom],
        defaultPolicy: "pairing",
      },
    },
    pairing: {
      text: {
        idLabel: "person",
        message: "You were let in. Say something!",
        notify: async ({ cfg, id: person, accountId, message }) =>
          void (await send(cfg, accountId, person, message)),
      },
    },
    outbound: {
      base: { deliveryMode: "direct" },
      attachedResults: {
        channel: id,
        async sendText({ cfg, accountId, to, text }) {
          const sent = await send(cfg, accountId, to, text);
          return { messageId: String(sent.id) };
        },
      },
    },
  });
}

/** The control plane names every account; one without a name would be a second, hidden one. */
function named(accountId: string | null | undefined): string {
  if (!accountId) throw new Error("accountId is needed");
  return accountId;
}

/** `try-it:alex` and `alex` are the same conversation. */
function chatOf(channel: string, target: string): string {
  const bare = target.trim();
  return bare.startsWith(`${channel}:`) ? bare.slice(channel.length + 1) : bare;
}
