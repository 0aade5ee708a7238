/**
 * Linking a device by QR code, one login at a time for each account. A login that fails is told in `message` alone, as
 * the gateway's other channels do it, and in the same words.
 */
import type { PluginRuntime } from "openclaw/plugin-sdk/channel-core";
import { renderQrPngDataUrl } from "openclaw/plugin-sdk/media-runtime";
import { createMessenger, inWords, type Link, openLink, watchLink } from "./messenger.ts";
import { readSession, writeSession } from "./session-file.ts";
import { serverUrl } from "./settings.ts";

interface Login {
  readonly server: string;
  link: Link;
  qrDataUrl: string;
}

export interface LoginStart {
  message: string;
  qrDataUrl?: string;
}
export interface LoginWait {
  connected: boolean;
  message: string;
  qrDataUrl?: string;
}

const START_MS = 30_000;
const WAIT_MS = 120_000;
/** How long one question to the messenger may hang, so that a lost answer is not waited for to the end. */
const WATCH_MS = 5_000;

export interface Logins {
  start(request: { accountId: string; force: boolean; timeoutMs?: number }): Promise<LoginStart>;
  /** Returns early for a code other than `currentQrDataUrl`, where that is given. */
  wait(request: { accountId: string; timeoutMs?: number; currentQrDataUrl?: string }): Promise<LoginWait>;
  /** A login that goes on is given up. */
  forget(accountId: string): void;
}

export function createLogins(runtime: PluginRuntime): Logins {
  const logins = new Map<string, Login>();

  async function begin(accountId: string, timeoutMs: number): Promise<Login> {
    const server = serverUrl(runtime.config.current());
    const link = await openLink(server, accountId, timeoutMs);
    const login = { server, link, qrDataUrl: await renderQrPngDataUrl(link.url) };
    logins.set(accountId, login);
    return login;
  }

  /** The end of a login, or null while it goes on. */
  async function outcome(accountId: string, login: Login): Promise<LoginWait | null> {
    const { status, token } = login.link;
    if (status === "pending") return null;
    logins.delete(accountId);
    if (status === "refused") return failed("the phone refused the login");
    if (status === "expired" || token === undefined) return failed("The login QR expired", "");
    const before = await readSession(accountId);
    await writeSession(accountId, { token });
    // The device that this one replaces would stay linked for ever.
    if (before && before.token !== token) await createMessenger(login.server, before.token).unlink();
    return { connected: true, message: "Linked! Try it is ready." };
  }

  return {
    async start({ accountId, force, timeoutMs = START_MS }) {
      if (!force && (await readSession(accountId)) !== null) {
        return { message: "Try it is already linked. Log out first, or force a new login." };
      }
      const active = logins.get(accountId);
      if (active && !force) {
        active.link = await watchLink(active.server, active.link, 0).catch(() => active.link);
        if (active.link.status === "pending") {
          active.qrDataUrl = await renderQrPngDataUrl(active.link.url);
          return { qrDataUrl: active.qrDataUrl, message: "QR already active. Scan it on the phone page." };
        }
      }
      try {
        const { qrDataUrl } = await begin(accountId, timeoutMs);
        return { qrDataUrl, message: "Scan this QR on the phone page." };
      } catch (error) {
        logins.delete(accountId);
        return { message: failed(inWords(error)).message };
      }
    },

    async wait({ accountId, timeoutMs = WAIT_MS, currentQrDataUrl }) {
      const deadline = Date.now() + timeoutMs;
      const login = logins.get(accountId);
      if (!login) return { connected: false, message: "No active Try it login in progress." };
      try {
        for (;;) {
          const ended = await outcome(accountId, login);
          if (ended) return ended;
          if (currentQrDataUrl !== undefined && currentQrDataUrl !== login.qrDataUrl) {
            return {
              connected: false,
              message: "QR refreshed. Scan the new one.",
              qrDataUrl: login.qrDataUrl,
            };
          }
          const leftMs = deadline - Date.now();
          if (leftMs <= 0) return { connected: false, message: "Still waiting for the QR scan." };
          const link = await watchLink(login.server, login.link, Math.min(leftMs, WATCH_MS));
          if (link.url !== login.link.url) login.qrDataUrl = await renderQrPngDataUrl(link.url);
          login.link = link;
          if (logins.get(accountId) !== login) return failed("another login took its place");
        }
      } catch (error) {
        logins.delete(accountId);
        return failed(inWords(error));
      }
    },

    forget: (accountId) => void logins.delete(accountId),
  };
}

function failed(reason: string, lead = "Try it login failed: "): LoginWait {
  return { connected: false, message: `${lead}${reason}.` };
}
