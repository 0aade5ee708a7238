/** How a credential is referred to, and how one account is named in logs and maps. */
import type { ConnectionKey } from "../db/connections.ts";

/** A tenant has at most one account per channel, so this names a connection as well as an account. */
export function keyString({ billingAccountId, channel }: ConnectionKey): string {
  return `${billingAccountId}/${channel}`;
}

/**
 * The name under which the gateway asks for one field of a credential. The version makes a replaced credential a new
 * name: the gateway never says which credential it holds, only which name it was given.
 */
export function referenceId(key: ConnectionKey, version: number, field: string): string {
  return `tenant/${key.billingAccountId}/${key.channel}/v${version}/${field}`;
}
