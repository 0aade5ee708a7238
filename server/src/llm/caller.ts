/** What a call says of itself in its headers, beside its key: written by the gateway's plugin, and believed in this form alone. */
import type { IncomingMessage } from "node:http";
import { channelIdSchema, LLM_HEADERS } from "@cogni/contract";

export interface Caller {
  /** The same for all attempts of one call. */
  readonly logicalId: string;
  /** Of the message that it is made for; null: of none, or it is not known. */
  readonly turn: string | null;
  readonly channel: string | null;
  /** Keyed hashes. */
  readonly conversation: string | null;
  readonly endUser: string | null;
}

const ID = /^[A-Za-z0-9._-]{8,128}$/;
const HASH = /^[A-Za-z0-9_-]{16,64}$/;

/** @param callId what a call without a logical id of its own goes by: it is the only attempt */
export function callerOf({ headers }: Pick<IncomingMessage, "headers">, callId: string): Caller {
  const matching = (name: string, form: RegExp): string | null => {
    const value = headers[name];
    return typeof value === "string" && form.test(value) ? value : null;
  };
  const channel = channelIdSchema.safeParse(headers[LLM_HEADERS.channel]);
  return {
    logicalId: matching(LLM_HEADERS.logicalId, ID) ?? callId,
    turn: matching(LLM_HEADERS.turn, ID),
    channel: channel.success ? channel.data : null,
    conversation: matching(LLM_HEADERS.conversation, HASH),
    endUser: matching(LLM_HEADERS.endUser, HASH),
  };
}

/** Which messages had a call already: a turn with tools makes several, and is one message. */
export interface Turns {
  has(tenant: string, turn: string): boolean;
  add(tenant: string, turn: string): void;
  /** Its call was refused: the next one is its first. */
  remove(tenant: string, turn: string): void;
}

/** Turns last minutes. */
const MAX_TURNS = 20_000;

export function createTurns(): Turns {
  const turns = new Set<string>();
  return {
    has: (tenant, turn) => turns.has(`${tenant} ${turn}`),
    add(tenant, turn) {
      turns.add(`${tenant} ${turn}`);
      const [oldest] = turns.size > MAX_TURNS ? turns : [];
      if (oldest !== undefined) turns.delete(oldest);
    },
    remove: (tenant, turn) => void turns.delete(`${tenant} ${turn}`),
  };
}
