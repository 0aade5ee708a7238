/**
 * Linking a device by QR code, one login at a time for each account. A login that fails is told in `message` alone, as
 * the gateway's other channels do it, and in the same words.
 */
import type { PluginRuntime } from "openclaw/plugin-sdk/channel-core";
import { renderQrPngDataUrl } from "openclaw/plugin-sdk/media-runtime";
import { inWords, type Link, openLink, watchLink } from "./messenger.ts";
import { readSession, unlink, writeSession } from "./session-file.ts";
import { serverUrl } from "./settings.ts";

interface Login {
  readonly server: string;
  link: Link;
  qrDataUrl: string;
  /** One for all who wait. */
  outcome: Promise<LoginWait> | null;
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
    const login = { server, link, qrDataUrl: await renderQrPngDataUrl(link.url), outcome: null };
    logins.set(accountId, login);
    return login;
  }

  /** How the login is now, or once it changes within `timeoutMs`. */
  async function look(login: Login, timeoutMs: number): Promise<void> {
    const link = await watchLink(login.server, login.link, timeoutMs);
    // Of two who wait, the slower one may hold what the other has overtaken.
    if (login.link.status !== "pending") return;
    if (link.url !== login.link.url) login.qrDataUrl = await renderQrPngDataUrl(link.url);
    login.link = link;
  }

  /** Ends a login that is not pending any more. */
  async function end(accountId: string, { link, server }: Login): Promise<LoginWait> {
    logins.delete(accountId);
    if (link.status === "refused") return failed("the phone refused the login");
    if (link.status === "expired" || link.token === undefined) return failed("The login QR expired", "");
    const before = await readSession(accountId);
    await writeSession(accountId, { token: link.token });
    // The device that this one replaces would stay linked for ever.
    if (before) await unlink(runtime, server, before);
    return { connected: true, message: "Linked! Try it is ready." };
  }

  return {
    async start({ accountId, force, timeoutMs = START_MS }) {
      if (!force && (await readSession(accountId)) !== null) {
        return { message: "Try it is already linked. Log out first, or force a new login." };
      }
      const active = force ? undefined : logins.get(accountId);
      try {
        if (active) {
          await look(active, 0);
          if (active.link.status === "pending") {
            return { qrDataUrl: active.qrDataUrl, message: "QR already active. Scan it on the phone page." };
          }
        }
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
          if (login.link.status !== "pending") {
            login.outcome ??= end(accountId, login);
            return await login.outcome;
          }
          if (logins.get(accountId) !== login) return failed("another login took its place");
          if (currentQrDataUrl !== undefined && currentQrDataUrl !== login.qrDataUrl) {
            return {
              connected: false,
              message: "QR refreshed. Scan the new one.",
              qrDataUrl: login.qrDataUrl,
            };
          }
          const leftMs = deadline - Date.now();
          if (leftMs <= 0) return { connected: false, message: "Still waiting for the QR scan." };
          await look(login, Math.min(leftMs, WATCH_MS));
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
