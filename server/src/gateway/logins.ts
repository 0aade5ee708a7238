/** Logins by QR at the gateway, a step at a time. */
import type { GatewayClient } from "./client.ts";
import type { OfferedCode } from "./gateway.ts";
import { failedLogin, isTellable, type LoginStep, loginStep } from "./login-failure.ts";
import type { AccountKey } from "./snapshot.ts";

/** Every method throws AppError gateway_unreachable, gateway_timeout, or what is no answer about the login. */
export function createLogins(client: Pick<GatewayClient, "webLoginStart" | "webLoginWait">) {
  return {
    /** @param fresh a new code, whatever login is under way */
    begin: (key: AccountKey, fresh: boolean): Promise<LoginStep> =>
      stepOf(async () => loginStep(await client.webLoginStart({ ...key, force: fresh }), true)),

    /** Waits up to `timeoutMs` for what comes after the code that was offered. */
    next: (key: AccountKey, { qr, session }: OfferedCode, timeoutMs: number): Promise<LoginStep> =>
      stepOf(async () => {
        const askedAt = Date.now();
        const told = isTellable(qr) && { currentQrDataUrl: qr };
        const named = session !== null && { sessionKey: session };
        const answer = await client.webLoginWait({ ...key, ...named, ...told }, timeoutMs);
        return loginStep(answer, Date.now() - askedAt < timeoutMs / 2);
      }),
  };
}

async function stepOf(ask: () => Promise<LoginStep>): Promise<LoginStep> {
  try {
    return await ask();
  } catch (error) {
    const failed = failedLogin(error);
    if (failed) return failed;
    throw error;
  }
}
