/** Takes an account off its gateway. */
import type { AccountKey } from "../gateway/snapshot.ts";
import type { ReconcileDeps } from "./deps.ts";

/**
 * Stops the account and takes it out of the gateway's config; what is not there is gone already.
 * @param hasSession whether it logs in by a session, which lives at the messenger too and is ended there. Of a token,
 *   logging out drops what `remove` drops anyway, and the gateway then refuses to start an account of that name again
 *   (“unlinked”, openclaw 2026.9.6).
 */
export async function takeOffGateway(
  { gateway, limit }: Pick<ReconcileDeps, "gateway" | "limit">,
  { channel, accountId }: AccountKey,
  hasSession: boolean,
): Promise<void> {
  const account = { channel, accountId };
  const applied = await gateway.applied(account);
  if (applied) await limit(() => gateway.stop(account));
  // Kept apart from the config: whoever connects the channel again is not to find strangers let in.
  await gateway.forgetSenders(account);
  if (!applied) return;
  if (hasSession) await limit(() => gateway.logout(account));
  await gateway.remove(account);
}
