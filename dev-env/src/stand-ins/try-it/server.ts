/**
 * The messenger that the `try-it` plugin connects to, on loopback: bots with tokens, devices linked by QR code, and a page
 * that plays the phone. It serves newcomers who have no account anywhere, and tests, on whose demand it misbehaves.
 */
import type { ServerResponse } from "node:http";
import { type Incoming, type Loopback, serveLoopback } from "../loopback.ts";
import { createApi } from "./api.ts";
import { type Device, type Fault, newDevice, type Person, type Sent, say, wake } from "./device.ts";
import { createDevices } from "./devices.ts";
import { createLinks, type Timing } from "./links.ts";
import { createPhone } from "./phone.ts";

/** A device is named by its bot's token, or by the account that was linked (the gateway's `accountId`). */
export interface TryItControl {
  /** Makes the token valid. */
  addBot(bot: { token: string; name: string }): void;
  /** The phone answers the login that this account has open, as if it had scanned the code that is shown now. */
  scan(account: string, answer: "accept" | "refuse"): void;
  /** How many requests wait for what becomes of the login that this account has open. */
  watchers(account: string): number;
  /** The phone ends the link; a bot is deleted. */
  logOut(device: string): void;
  /** From now on the token is refused with 401, a hanging poll included, until it is `allow`ed again. */
  revoke(device: string): void;
  allow(device: string): void;
  /** Someone writes to the device. Answers the message's id. */
  say(device: string, message: { from: Person; text: string }): number;
  /** What the device sent, oldest first. */
  sent(device: string): Sent[];
  /** Polls that hang at this moment, and when the last one began or ended. */
  polling(device: string): { open: number; lastAt: number | null };
  /** What the device has not confirmed. */
  pending(device: string): number;
  /** Misbehaves towards the device, or towards all and new logins too, until `null` is passed. */
  fault(device: string | null, fault: Fault | null): void;
  /** How quickly codes rotate and logins expire; for logins that begin from now on. Null: as usual. */
  timing(timing: Partial<Timing> | null): void;
}

export interface TryItStandIn extends TryItControl, Loopback {}

/**
 * Serves messenger and phone page at `url`.
 * @param options.file where bots, links and conversations are kept, for a newcomer who comes back; without it nothing is
 */
export async function startTryIt(options: { port?: number; file?: string } = {}): Promise<TryItStandIn> {
  const devices = createDevices(options.file);
  const links = createLinks();
  let broken: Fault | null = null;
  const accept = (account: string): Device =>
    devices.add(newDevice({ kind: "linked", name: "My phone", account }));

  const control: TryItControl = {
    addBot: ({ token, name }) => void devices.add(newDevice({ kind: "bot", name, account: null, token })),
    scan(account, answer) {
      const link = links.pendingOf(account);
      if (!link) throw new Error(`${account} has no login open`);
      if (answer === "accept") links.accept(link, accept(account).token);
      else links.refuse(link);
    },
    watchers: (account) => links.pendingOf(account)?.waiting.size ?? 0,
    logOut: (device) => devices.end(devices.find(device), "logged out"),
    revoke: (device) => devices.end(devices.find(device), "Unauthorized"),
    allow(device) {
      devices.find(device).ended = null;
      devices.save();
    },
    say: (device, message) => say(devices.find(device), message),
    sent: (device) => devices.find(device).sent,
    polling(device) {
      const { waiting, lastPollAt } = devices.find(device);
      return { open: waiting.size, lastAt: lastPollAt };
    },
    pending: (device) => devices.find(device).inbox.length,
    fault(device, fault) {
      if (device === null) broken = fault;
      else devices.find(device).fault = fault;
      // Whoever waits in a long poll learns of it now, as with a real outage.
      for (const one of devices.all()) wake(one);
    },
    timing: (timing) => links.setTiming(timing),
  };

  const api = createApi({ devices, links, fault: (device) => broken ?? device?.fault ?? null, origin });
  const phone = createPhone({ devices, links, accept });
  const handle = (request: Incoming, response: ServerResponse): void | Promise<void> => {
    if (request.path.startsWith("/api/")) return api(request, response);
    return phone(request, response);
  };
  const server = await serveLoopback({
    control,
    handle,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  function origin(): string {
    return server.url;
  }
  return {
    ...control,
    ...server,
    async close() {
      links.close();
      await server.close();
    },
  };
}

export type { Fault, Sent, Timing };
