/** Writes down what became of a login by QR, with its audit row and the word to whoever waits, in one transaction each. */

import { randomUUID } from "node:crypto";
import type { TenantAction } from "@cogni/contract";
import { append } from "../db/audit.ts";
import { lockConnection } from "../db/connections.ts";
import { failLogin, finishLogin, offerCode, type PlacedLogin, succeedLogin } from "../db/logins.ts";
import { notifyLogin, notifyWish } from "../db/notify.ts";
import { type ServiceTx, withService } from "../db/tenant.ts";
import { connectedBySession } from "../db/wishes.ts";
import type { OfferedCode } from "../gateway/gateway.ts";
import type { LoginFailure } from "../gateway/login-failure.ts";
import type { LoginDeps } from "./login.ts";

/** False: a newer wish stands. */
export function recordCode({ db }: LoginDeps, login: PlacedLogin, code: OfferedCode): Promise<boolean> {
  return withService(db, async (tx) => {
    if (!(await offerCode(tx, login, code))) return false;
    await notifyLogin(tx, login, login.generation);
    return true;
  });
}

/** From here on the account is a connection like any other, and wished connected. False: a newer wish stands. */
export function recordScanned({ db }: LoginDeps, login: PlacedLogin): Promise<boolean> {
  return withService(db, async (tx) => {
    await lockConnection(tx, login);
    if (!(await succeedLogin(tx, login))) return false;
    const connection = await connectedBySession(tx, {
      ...login,
      id: randomUUID(),
      by: login.requestedBy ?? { kind: "system", id: "login" },
    });
    await audit(tx, login, "channel.connect", "scanned");
    await notifyWish(tx, connection, connection.generation);
    await notifyLogin(tx, login, login.generation);
    return true;
  });
}

/** The gateway has yet to be rid of it. False: a newer wish stands. */
export function recordLoginFailed(
  { db }: LoginDeps,
  login: PlacedLogin,
  code: LoginFailure,
): Promise<boolean> {
  return withService(db, async (tx) => {
    if (!(await failLogin(tx, login, code))) return false;
    await audit(tx, login, "channel.connect", code);
    await notifyLogin(tx, login, login.generation);
    return true;
  });
}

/** Nothing of it is left at the gateway. */
export async function recordLoginFinished({ db }: LoginDeps, login: PlacedLogin): Promise<void> {
  await withService(db, async (tx) => {
    if (!(await finishLogin(tx, login))) return;
    if (login.status === "cancelled" && !login.desiredState) {
      await audit(tx, login, "channel.disconnect", "disconnected");
    }
    await notifyLogin(tx, login, login.generation);
  });
}

function audit(
  tx: ServiceTx,
  { billingAccountId, channel, accountId }: PlacedLogin,
  action: TenantAction,
  outcome: string,
): Promise<void> {
  const actor = { kind: "system", id: "login" } as const;
  return append(tx, { billingAccountId, actor, action, channel, accountId, outcome, meta: null });
}
