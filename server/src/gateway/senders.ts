/**
 * Who may write to an account that takes messages by approval. The gateway answers a stranger's first message with a
 * note, remembers the request for an hour, has room for a few per account, and ignores whoever comes after without a
 * word: so requests are read soon, kept by the caller, and cleared here to make room.
 */
import {
  BRIDGE_METHODS,
  bridgeAskedSchema,
  bridgeSendersSchema,
  type ChannelId,
  channelIdSchema,
  senderIdSchema,
} from "@cogni/contract";
import { AppError } from "../errors.ts";
import type { GatewayClient } from "./client.ts";
import { GatewayRpcError } from "./errors.ts";
import { isUnresolvedSecret } from "./outcomes.ts";
import type { PairingRequest } from "./protocol.ts";
import type { AccountKey } from "./snapshot.ts";

/** Someone who wrote and waits. */
export interface Waiting extends AccountKey {
  readonly channel: ChannelId;
  readonly sender: string;
  /** What they go by at the messenger, as they chose it; null where it told none. */
  readonly name: string | null;
  /** By which the gateway knows the request. */
  readonly requestId: string;
  readonly requestedAt: Date;
}

export interface WaitingRoom {
  /** Of all accounts, the earliest first. */
  readonly waiting: readonly Waiting[];
  /** How many may wait for one account; whoever comes when it is full is ignored. */
  readonly placesPerAccount: number;
}

export interface Senders {
  /** Everyone who waits, whatever the account; accounts that everyone may write to have nobody. */
  waitingRoom(): Promise<WaitingRoom>;
  /**
   * Lets someone in at once, and tells them; whoever is in already is in. To make room for one who waited too long, the
   * earliest one waiting may be made to leave. False: the gateway has no such account by approval now.
   */
  admit(key: AccountKey, sender: string): Promise<boolean>;
  /** Takes a request away, if there is one; who made it may ask again by writing again. */
  turnAway(key: AccountKey, requestId: string): Promise<void>;
  /** Whether everyone of these may write, whatever their number of letters in upper case. */
  admitsAll(key: AccountKey, senders: readonly string[]): Promise<boolean>;
  /** Nobody waits and nobody was let in any more. */
  forgetSenders(key: AccountKey): Promise<void>;
}

const MAX_NAME = 128;

export function createSenders(client: GatewayClient): Senders {
  async function waitingFor(key: AccountKey): Promise<WaitingRoom> {
    try {
      return toRoom(await client.pairingList(account(key)));
    } catch (error) {
      // Of an account whose credential is given out no more nobody can be told; it takes no messages either.
      if (isGone(error) || isUnresolvedSecret(error)) return { waiting: [], placesPerAccount: 0 };
      throw error;
    }
  }

  const turnAway: Senders["turnAway"] = async ({ channel, accountId }, requestId) => {
    try {
      await client.pairingDismiss({ channel, accountId, requestId });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  };

  /** The request by which the gateway can let them in, made in their name where they have none any more. */
  async function requestOf(key: AccountKey, sender: string): Promise<Waiting | undefined> {
    const { waiting, placesPerAccount } = await waitingFor(key);
    const standing = waiting.find((one) => one.sender === sender);
    if (standing) return standing;
    if (placesPerAccount === 0) return undefined;
    const [earliest] = waiting;
    if (earliest && waiting.length >= placesPerAccount) await turnAway(key, earliest.requestId);
    await client.bridge(BRIDGE_METHODS.askForSender, { ...account(key), sender }, bridgeAskedSchema);
    return (await waitingFor(key)).waiting.find((one) => one.sender === sender);
  }

  const admitsAll: Senders["admitsAll"] = async (key, senders) => {
    if (senders.length === 0) return true;
    const { admitted } = await client.bridge(BRIDGE_METHODS.senders, account(key), bridgeSendersSchema);
    // A channel may write its people's ids in its own way.
    const known = new Set(admitted.map((sender) => sender.toLowerCase()));
    return senders.every((sender) => known.has(sender.toLowerCase()));
  };

  return {
    waitingRoom: async () => toRoom(await client.pairingList({})),

    async admit(key, sender) {
      if (await admitsAll(key, [sender])) return true;
      const request = await requestOf(key, sender);
      if (!request) return false;
      try {
        await client.pairingApprove({ ...account(key), requestId: request.requestId, notify: true });
        return true;
      } catch (error) {
        if (isGone(error)) return false;
        // They are let in first and told second, and the messenger may be slow.
        if (error instanceof AppError && error.code === "gateway_timeout") return admitsAll(key, [sender]);
        throw error;
      }
    },

    turnAway,
    admitsAll,
    async forgetSenders(key) {
      for (const { requestId } of (await waitingFor(key)).waiting) await turnAway(key, requestId);
      await client.bridge(BRIDGE_METHODS.forgetSenders, account(key), bridgeSendersSchema);
    },
  };
}

function account({ channel, accountId }: AccountKey): AccountKey {
  return { channel, accountId };
}

/** No such request, no such account by approval, or a channel that can't ask; told by its text alone. */
function isGone(error: unknown): boolean {
  if (!(error instanceof GatewayRpcError && error.kind === "invalid")) return false;
  return (
    error.cause instanceof Error &&
    /request no longer exists|does not use DM pairing|unknown pairing channel/.test(error.cause.message)
  );
}

function toRoom({ requests, limits }: { requests: PairingRequest[]; limits: { pendingPerAccount: number } }) {
  const waiting = requests.flatMap((request): Waiting[] => {
    const channel = channelIdSchema.safeParse(request.channel);
    const sender = senderIdSchema.safeParse(request.senderId);
    if (!channel.success || !sender.success) return [];
    return [
      {
        channel: channel.data,
        accountId: request.accountId,
        sender: sender.data,
        name: nameOf(request.metadata),
        requestId: request.requestId,
        requestedAt: new Date(request.createdAt),
      },
    ];
  });
  waiting.sort((a, b) => a.requestedAt.getTime() - b.requestedAt.getTime());
  return { waiting, placesPerAccount: limits.pendingPerAccount };
}

/** Channels tell names by fields of their own choice; these are the common ones. */
function nameOf(metadata: Readonly<Record<string, string>>): string | null {
  const { name, displayName, firstName, lastName, username } = metadata;
  const full = [firstName, lastName].filter(Boolean).join(" ");
  const found = name || displayName || full || username;
  return found ? [...found].slice(0, MAX_NAME).join("") : null;
}
