/**
 * One account's connection for as long as it is started: polls, hands messages to the agent, and tells the gateway how
 * it is, in the words that other channels use for the same causes.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ChannelGatewayContext } from "openclaw/plugin-sdk/channel-contract";
import type { PluginRuntime } from "openclaw/plugin-sdk/channel-core";
import {
  channelBlockedPatch,
  channelReadyPatch,
  channelStoppedPatch,
} from "openclaw/plugin-sdk/gateway-runtime";
import type { Account } from "./accounts.ts";
import { handleMessage } from "./inbound.ts";
import { createMessenger, inWords, type Message, MessengerRefusal } from "./messenger.ts";

export interface ConnectionOptions {
  readonly runtime: PluginRuntime;
  readonly channel: string;
  readonly label: string;
  readonly server: string;
  readonly token: string;
  /** Called once where the messenger refuses the token for good. */
  readonly onRefused: () => Promise<void>;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
/** No use in trying again with the same credential. */
const REFUSED = 401;

/** Resolves when the account was stopped, or when the messenger refused it for good. */
export async function runConnection(
  context: ChannelGatewayContext<Account>,
  options: ConnectionOptions,
): Promise<void> {
  const { abortSignal } = context;
  // The gateway's own patches hold undefined, which its types for a row forbid.
  const status = (patch: object): void => context.setStatus({ accountId: context.accountId, ...patch });
  const messenger = createMessenger(options.server, options.token);
  const conversations = createConversations(context, options, messenger);
  let pauseMs = FIRST_PAUSE_MS;
  let connected = false;
  let attempts = 0;
  while (!abortSignal.aborted) {
    try {
      if (!connected) {
        const self = await messenger.self(abortSignal);
        connected = true;
        attempts = 0;
        pauseMs = FIRST_PAUSE_MS;
        status(
          channelReadyPatch({ name: self.name, lastTransportActivityAt: Date.now(), reconnectAttempts: 0 }),
        );
      }
      const messages = await messenger.poll(conversations.seen(), conversations.confirmed(), abortSignal);
      status({ lastTransportActivityAt: Date.now() });
      if (messages.length > 0) status({ lastInboundAt: Date.now() });
      for (const message of messages) conversations.take(message);
    } catch (error) {
      if (abortSignal.aborted) break;
      connected = false;
      const lastError = inWords(error);
      const lastDisconnect = { at: Date.now(), error: lastError };
      if (error instanceof MessengerRefusal && error.status === REFUSED) {
        status(channelBlockedPatch(lastError, { running: false, connected: false, lastDisconnect }));
        return options.onRefused();
      }
      attempts += 1;
      status({
        connected: false,
        lifecycle: "recovering",
        reconnectAttempts: attempts,
        lastDisconnect,
        lastError,
      });
      await sleep(pauseMs, undefined, { signal: abortSignal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }
  status(channelStoppedPatch());
}

/** Messages of one chat one after the other, chats beside each other: a slow answer must not hold up the polling. */
function createConversations(
  context: ChannelGatewayContext<Account>,
  options: ConnectionOptions,
  messenger: ReturnType<typeof createMessenger>,
) {
  const chats = new Map<string, Promise<void>>();
  const unfinished = new Set<number>();
  let seen = 0;
  const onError = (what: string, error: unknown): void =>
    context.log?.error?.(`[${context.accountId}] ${what}: ${inWords(error)}`);
  const inbound = {
    config: context.cfg,
    channel: options.channel,
    label: options.label,
    account: context.account,
    messenger,
    runtime: options.runtime,
    onSent: () => context.setStatus({ accountId: context.accountId, lastOutboundAt: Date.now() }),
    onError,
  };
  return {
    seen: () => seen,
    /** Up to here all were answered: they don't come again after a crash. */
    confirmed: () => (unfinished.size === 0 ? seen : Math.min(...unfinished) - 1),
    take(message: Message): void {
      if (message.id <= seen) return;
      seen = message.id;
      unfinished.add(message.id);
      const before = chats.get(message.chat) ?? Promise.resolve();
      const mine = before
        .then(() => handleMessage(inbound, message))
        .catch((error: unknown) => onError("message lost", error))
        .finally(() => {
          unfinished.delete(message.id);
          if (chats.get(message.chat) === mine) chats.delete(message.chat);
        });
      chats.set(message.chat, mine);
    },
  };
}
