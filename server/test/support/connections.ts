/** Connections as the connect use case writes them, without the rest of it. */
import { randomUUID } from "node:crypto";
import { accountIdOf, type BillingAccountId, type ChannelId } from "@cogni/contract";
import { activeConnection, type Connection, lockedConnection, providerOf } from "../../src/db/connections.ts";
import type { Db } from "../../src/db/pool.ts";
import { type TenantTx, withTenant } from "../../src/db/tenant.ts";
import { wishConnected } from "../../src/db/wishes.ts";
import type { Vault } from "../../src/vault/vault.ts";
import { CHANNEL } from "./database.ts";

/** Who wishes, where it matters not. */
export const BY = { kind: "key", id: "of a test" } as const;

interface Wish {
  readonly channel?: ChannelId;
  readonly credential?: Readonly<Record<string, string>>;
  readonly fingerprint?: Uint8Array;
  /** Without one, the credential's bytes are no ciphertext. */
  readonly vault?: Vault;
}

export function register(db: Db, billingAccountId: BillingAccountId, wish: Wish = {}): Promise<Connection> {
  const channel = wish.channel ?? CHANNEL;
  return withTenant(db, billingAccountId, async (tx) => {
    const id = (await lockedConnection(tx, channel))?.id ?? randomUUID();
    const aad = { billingAccountId, connectionId: id, provider: providerOf(channel) };
    return wishConnected(tx, {
      id,
      channel,
      accountId: accountIdOf(billingAccountId),
      credentialType: "bot_token",
      sealed: wish.vault?.seal(wish.credential ?? { botToken: "t" }, aad) ?? Buffer.from("no ciphertext"),
      keyId: wish.vault?.currentKeyId ?? "none",
      fingerprint: wish.fingerprint ?? Buffer.from(id),
      access: "everyone",
      expiresAt: null,
      by: BY,
    });
  });
}

/** All of the tenant's connections that are not closed. */
export async function activeOf(tx: TenantTx): Promise<Connection[]> {
  const rows = await tx.query<{ channel: ChannelId }>(
    "SELECT channel FROM connections WHERE channel IS NOT NULL AND revoked_at IS NULL ORDER BY channel",
  );
  const found = await Promise.all(rows.map(({ channel }) => activeConnection(tx, channel)));
  return found.filter((connection) => connection !== null);
}
