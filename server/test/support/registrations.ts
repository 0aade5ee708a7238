/** Registrations as the connect use case writes them, without the rest of it. */
import { randomUUID } from "node:crypto";
import { accountIdOf, type BillingAccountId, type ChannelId } from "@cogni/contract";
import type { Db } from "../../src/db/pool.ts";
import { activeRegistration, lockedRegistration, type Registration } from "../../src/db/registrations.ts";
import { type TenantTx, withTenant } from "../../src/db/tenant.ts";
import { wishConnected } from "../../src/db/wishes.ts";
import type { Vault } from "../../src/vault/vault.ts";
import { CHANNEL } from "./database.ts";

interface Wish {
  readonly channel?: ChannelId;
  readonly credential?: Readonly<Record<string, string>>;
  readonly fingerprint?: Uint8Array;
  /** Without one, the credential's bytes are no ciphertext. */
  readonly vault?: Vault;
}

export function register(db: Db, billingAccountId: BillingAccountId, wish: Wish = {}): Promise<Registration> {
  const channel = wish.channel ?? CHANNEL;
  return withTenant(db, billingAccountId, async (tx) => {
    const id = (await lockedRegistration(tx, channel))?.id ?? randomUUID();
    const aad = { billingAccountId, registrationId: id, channel };
    return wishConnected(tx, {
      id,
      channel,
      accountId: accountIdOf(billingAccountId),
      credentialType: "bot_token",
      sealed: wish.vault?.seal(wish.credential ?? { botToken: "t" }, aad) ?? Buffer.from("no ciphertext"),
      keyId: wish.vault?.currentKeyId ?? "none",
      fingerprint: wish.fingerprint ?? Buffer.from(id),
      access: "everyone",
    });
  });
}

/** All of the tenant's registrations that are not closed. */
export async function activeOf(tx: TenantTx): Promise<Registration[]> {
  const rows = await tx.query<{ channel: ChannelId }>(
    "SELECT channel FROM channel_registrations WHERE disconnected_at IS NULL ORDER BY channel",
  );
  const found = await Promise.all(rows.map(({ channel }) => activeRegistration(tx, channel)));
  return found.filter((registration) => registration !== null);
}
