/** Logins by QR code: a code that is replaced again and again, until a phone answers or it has taken too long. */
import { randomBytes } from "node:crypto";
import { until } from "./device.ts";

/** In milliseconds. */
export interface Timing {
  /** How long one code is shown. */
  rotateMs: number;
  /** How long one login goes on. */
  lifetimeMs: number;
}

export interface Link {
  id: string;
  /** Who wants to be linked, as the gateway calls the account. */
  account: string;
  code: string;
  status: "pending" | "accepted" | "refused" | "expired";
  /** Of the device, once accepted. */
  token: string | null;
  waiting: Set<() => void>;
  stop(): void;
}

/** As messengers do it: a code every 20 s, three minutes in all. */
const USUAL: Timing = { rotateMs: 20_000, lifetimeMs: 180_000 };
const KEPT = 200;

export function createLinks() {
  let timing = USUAL;
  /** Newest last. */
  let links: Link[] = [];

  function end(link: Link, status: Link["status"], token: string | null = null): void {
    link.stop();
    link.status = status;
    link.token = token;
    for (const wake of [...link.waiting]) wake();
  }

  return {
    /** For logins that begin from now on; null: the usual one. */
    setTiming(wanted: Partial<Timing> | null): void {
      timing = { ...USUAL, ...wanted };
    },
    open(account: string): Link {
      const link: Link = {
        id: newCode(),
        account,
        code: newCode(),
        status: "pending",
        token: null,
        waiting: new Set(),
        stop() {
          clearInterval(rotation);
          clearTimeout(lifetime);
        },
      };
      const rotation = setInterval(() => {
        link.code = newCode();
        for (const wake of [...link.waiting]) wake();
      }, timing.rotateMs);
      const lifetime = setTimeout(() => end(link, "expired"), timing.lifetimeMs);
      links = [...links, link].slice(-KEPT);
      return link;
    },
    byId: (id: string) => links.find((link) => link.id === id),
    /** The login that shows this code now. */
    byCode: (code: string) => links.find((link) => link.code === code && link.status === "pending"),
    pending: () => links.filter(({ status }) => status === "pending"),
    /** The latest login of an account that is still open. */
    pendingOf: (account: string) =>
      links.findLast((link) => link.account === account && link.status === "pending"),
    accept: (link: Link, token: string) => end(link, "accepted", token),
    refuse: (link: Link) => end(link, "refused"),
    /** Waits until the link differs from what the caller knows. */
    async watch(link: Link, knownCode: string, timeoutMs: number, hungUp: AbortSignal): Promise<void> {
      if (link.status !== "pending" || link.code !== knownCode) return;
      await until(link.waiting, timeoutMs, hungUp);
    },
    close(): void {
      for (const link of links) link.stop();
    },
  };
}

export type Links = ReturnType<typeof createLinks>;

function newCode(): string {
  return randomBytes(12).toString("base64url");
}
