/** A bot or a linked device of the messenger: what it was told, what it said, and its hanging polls. */
import { randomBytes } from "node:crypto";
import type { EpochMs } from "../loopback.ts";

export interface Person {
  id: string;
  name: string;
}

/** How the messenger misbehaves: an HTTP error, an answer after `ms`, a connection cut, or no answer at all. */
export type Fault =
  | { kind: "status"; status: number; reason?: string }
  | { kind: "slow"; ms: number }
  | { kind: "cut" }
  | { kind: "silent" };

/** To the device. The chat is the person: there are no groups. */
export interface Message {
  id: number;
  chat: string;
  from: Person;
  text: string;
  at: EpochMs;
}

/** By the device. */
export interface Sent {
  id: number;
  chat: string;
  text: string;
  at: EpochMs;
}

export interface Device {
  id: string;
  kind: "bot" | "linked";
  name: string;
  /** For a linked device: who asked for the link, as the gateway calls the account. */
  account: string | null;
  token: string;
  /** Why its token is refused; null while it isn't. */
  ended: "Unauthorized" | "logged out" | null;
  fault: Fault | null;
  nextId: number;
  /** Not confirmed yet, oldest first. */
  inbox: Message[];
  /** All that was ever said to it, for the phone. */
  received: Message[];
  sent: Sent[];
  lastPollAt: EpochMs | null;
  /** Each ends one hanging poll. */
  waiting: Set<() => void>;
}

/** What of a conversation is kept. */
const KEPT = 500;

export function newDevice(device: Pick<Device, "kind" | "name" | "account"> & { token?: string }): Device {
  return {
    id: randomBytes(6).toString("hex"),
    token: `${device.kind}_${randomBytes(24).toString("base64url")}`,
    ended: null,
    fault: null,
    // The gateway remembers what it has seen: a messenger that starts anew must not count from one again.
    nextId: Math.floor(Date.now() / 1000),
    inbox: [],
    received: [],
    sent: [],
    lastPollAt: null,
    waiting: new Set(),
    ...device,
  };
}

/** Answers the message's id. */
export function say(device: Device, { from, text }: { from: Person; text: string }): number {
  const message = { id: device.nextId++, chat: from.id, from, text, at: Date.now() };
  device.inbox.push(message);
  device.received = [...device.received, message].slice(-KEPT);
  wake(device);
  return message.id;
}

export function send(device: Device, chat: string, text: string): Sent {
  const sent = { id: device.nextId++, chat, text, at: Date.now() };
  device.sent = [...device.sent, sent].slice(-KEPT);
  return sent;
}

/** Ends every hanging poll, for there is something to tell. */
export function wake(device: Device): void {
  for (const end of [...device.waiting]) end();
}

/** Messages after `after`, at once or when there are some; what is confirmed is forgotten. */
export async function poll(
  device: Device,
  { after, confirmed, timeoutMs }: { after: number; confirmed: number; timeoutMs: number },
  hungUp: AbortSignal,
): Promise<Message[]> {
  device.lastPollAt = Date.now();
  device.inbox = device.inbox.filter(({ id }) => id > confirmed);
  const news = () => device.inbox.filter(({ id }) => id > after);
  if (news().length === 0) await until(device.waiting, timeoutMs, hungUp);
  device.lastPollAt = Date.now();
  return news();
}

/** Resolves when the one it puts into `waiting` is called, after `timeoutMs`, or when the caller hangs up. */
export function until(waiting: Set<() => void>, timeoutMs: number, hungUp: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      waiting.delete(end);
      hungUp.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, timeoutMs);
    waiting.add(end);
    hungUp.addEventListener("abort", end);
  });
}
