/** Has a gateway go over to another token of its own, without a restart, and tells which one it takes. */
import { setTimeout as sleep } from "node:timers/promises";
import { BRIDGE_METHODS, bridgeTokenSchema } from "@cogni/contract";
import type { Secret } from "../secret.ts";
import { type ConnectionOptions, connect } from "./connection.ts";
import { GatewayRefusedError } from "./errors.ts";

const LOOK_EVERY_MS = 500;

export interface TokenSwitchOptions extends Pick<ConnectionOptions, "url" | "device" | "clientVersion"> {
  /** To be greeted, and for one call. */
  readonly callMs: number;
  /** For the gateway to read all of its secrets anew. */
  readonly reloadMs: number;
}

export interface TokenSwitch {
  /** @throws AppError gateway_unreachable, or GatewayRefusedError for another reason than the token */
  takes(token: Secret): Promise<boolean>;
  /**
   * The gateway lets clients in by `to`, and nobody by `from`, when this resolves; those that are in come back. Its resolver
   * shows `to` as well, and has shown it once.
   * @throws AppError, with the gateway told to stay with `from`
   */
  goOver(from: Secret, to: Secret): Promise<void>;
}

export function createTokenSwitch(options: TokenSwitchOptions): TokenSwitch {
  const { url, device, clientVersion, callMs, reloadMs } = options;
  const open = (token: Secret) => connect({ url, device, clientVersion, token, connectTimeoutMs: callMs });

  async function takes(token: Secret): Promise<boolean> {
    try {
      // Without the device, for which the gateway would not look at the token.
      const connection = await connect({
        url,
        device: null,
        clientVersion,
        token,
        connectTimeoutMs: callMs,
      });
      await connection.close();
      return true;
    } catch (error) {
      if (!(error instanceof GatewayRefusedError)) throw error;
      if (error.reason === "auth_rejected") return false;
      // It knows the token, and off loopback gives it no rights.
      if (error.reason === "admin_scope_missing" || error.reason === "pairing_required") return true;
      throw error;
    }
  }

  return {
    takes,
    async goOver(from, to) {
      const connection = await open(from);
      const tell = (token: Secret) =>
        connection.request(BRIDGE_METHODS.token, { token: token.reveal() }, callMs);
      try {
        // Both are on their way before the first is answered: between the two nobody gets in, with neither token.
        const told = tell(to);
        const reloaded = connection.request("secrets.reload", {}, reloadMs);
        reloaded.catch(() => undefined);
        bridgeTokenSchema.parse(await told);
        await reloaded;
      } catch (error) {
        // Another reload that was under way may have closed our connection, for its new token, before we were answered.
        if (await becomes(to, from)) return;
        await tell(from).catch(() => undefined);
        throw error;
      } finally {
        await connection.close();
      }
    },
  };

  /** Which of the two the gateway takes once it takes one. Until a reload has ended it takes neither. */
  async function becomes(wanted: Secret, other: Secret): Promise<boolean> {
    for (const deadline = performance.now() + reloadMs; performance.now() < deadline; ) {
      if (await takes(wanted).catch(() => false)) return true;
      if (await takes(other).catch(() => false)) return false;
      await sleep(LOOK_EVERY_MS);
    }
    return false;
  }
}
