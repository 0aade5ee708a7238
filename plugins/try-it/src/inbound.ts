/** A message that came in: is its sender let in, and if so, the agent's answer. */
import { setTimeout as sleep } from "node:timers/promises";
import type { OpenClawConfig, PluginRuntime } from "openclaw/plugin-sdk/channel-core";
import { dispatchInboundDirectDmWithRuntime } from "openclaw/plugin-sdk/channel-inbound";
import { createChannelPairingController } from "openclaw/plugin-sdk/channel-pairing";
import type { Account } from "./accounts.ts";
import type { Message, Messenger } from "./messenger.ts";

export interface Inbound {
  readonly config: OpenClawConfig;
  readonly channel: string;
  readonly label: string;
  readonly account: Account;
  readonly messenger: Messenger;
  readonly runtime: PluginRuntime;
  readonly onSent: () => void;
  readonly onError: (what: string, error: unknown) => void;
}

/** Between the attempts to have a message answered. */
const RETRY_MS = [1_000, 5_000];

/**
 * Resolves when the answer was sent, or there is none to send. The gateway fails at times while it tends its databases;
 * as long as nothing was sent, the message is then given to it again.
 * @throws what the last attempt failed with
 */
export async function handleMessage(inbound: Inbound, message: Message): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    let answered = false;
    const onSent = (): void => {
      answered = true;
      inbound.onSent();
    };
    try {
      // The gateway answers no id twice, also not one that it failed on.
      const messageId = attempt === 0 ? String(message.id) : `${message.id}.${attempt}`;
      return await answer({ ...inbound, onSent }, message, messageId);
    } catch (error) {
      const pauseMs = RETRY_MS[attempt];
      if (answered || pauseMs === undefined) throw error;
      inbound.onError("to be tried again", error);
      await sleep(pauseMs);
    }
  }
}

async function answer(inbound: Inbound, message: Message, messageId: string): Promise<void> {
  const { account, channel, messenger, runtime } = inbound;
  const send = async (text: string): Promise<void> => {
    await messenger.send(message.chat, text);
    inbound.onSent();
  };
  const pairing = createChannelPairingController({ core: runtime, channel, accountId: account.accountId });
  const access = await runtime.channel.inbound.ingress.resolveStable({
    channelId: channel,
    accountId: account.accountId,
    identity: { key: "person", entryIdPrefix: channel, authentication: "verified" },
    subject: { stableId: message.from.id },
    conversation: { kind: "direct", id: message.chat },
    dmPolicy: account.dmPolicy,
    allowFrom: [...account.allowFrom],
    readStoreAllowFrom: () => pairing.readAllowFromStore(),
  });
  if (!access.senderAccess.allowed) {
    if (access.senderAccess.decision !== "pairing") return;
    await pairing.issueChallenge({
      senderId: message.from.id,
      senderIdLine: `Your id: ${message.from.id}`,
      meta: { name: message.from.name },
      sendPairingReply: send,
      onReplyError: (error) => inbound.onError("pairing reply failed", error),
    });
    return;
  }
  await dispatchInboundDirectDmWithRuntime({
    cfg: inbound.config,
    runtime,
    channel,
    channelLabel: inbound.label,
    accountId: account.accountId,
    peer: { kind: "direct", id: message.chat },
    senderId: message.from.id,
    senderAddress: `${channel}:${message.chat}`,
    recipientAddress: `${channel}:${account.accountId}`,
    conversationLabel: message.from.name,
    rawBody: message.text,
    messageId,
    timestamp: message.at,
    commandAuthorized: false,
    inboundAccessAuthorized: true,
    extraContext: { SenderName: message.from.name },
    async deliver(payload) {
      if (payload.text?.trim()) await send(payload.text);
    },
    onRecordError: (error) => inbound.onError("session not recorded", error),
    onDispatchError: (error) => inbound.onError("no answer", error),
  });
}
