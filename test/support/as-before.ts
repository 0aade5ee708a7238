/** Puts what is connected back to where a version before schema 15 kept it, sealed as that one did: an upgrade begins there. */
import type { BillingAccountId, ChannelId } from "@cogni/contract";
import pg from "pg";
import type { WorldDescription } from "../../dev-env/src/world-client.ts";
import { Secret } from "../../server/src/secret.ts";
import { createVault } from "../../server/src/vault/vault.ts";
import { databaseOf } from "./database.ts";

interface Row {
  readonly id: string;
  readonly billing_account_id: BillingAccountId;
  readonly channel: ChannelId;
  readonly provider: string;
  readonly encrypted_credentials: Uint8Array | null;
}

/** While no control plane runs. @returns how many rows there are */
export async function keepAsBefore({ env }: Pick<WorldDescription, "env">): Promise<number> {
  const vault = createVault({ current: new Secret(env.CHANNEL_ENCRYPTION_KEY ?? ""), previous: [] });
  const rows = await databaseOf({ env }).query<Row>("SELECT * FROM connections");
  // As their owner, one tenant at a time: nobody else may write there any more.
  const owner = new pg.Client({ connectionString: env.DATABASE_OWNER_URL });
  await owner.connect();
  try {
    for (const row of rows) {
      const { id, billing_account_id: billingAccountId, channel, provider } = row;
      const sealed =
        row.encrypted_credentials &&
        vault.seal(
          vault.open(row.encrypted_credentials, { billingAccountId, connectionId: id, provider }) as object,
          { billingAccountId, registrationId: id, channel },
        );
      await owner.query("SELECT set_config('app.billing_account_id', $1, false)", [billingAccountId]);
      await owner.query(
        `INSERT INTO channel_registrations (id, billing_account_id, channel, account_id, display_name, credential_type,
           encrypted_credential, encryption_key_id, credential_version, credential_fingerprint, desired_state, access,
           generation, settled_generation, outcome, wished_at, connected_at, disconnected_at)
         SELECT id, billing_account_id, channel, account_id, display_name,
           CASE credential_type WHEN 'channel_session' THEN 'state_dir' ELSE credential_type END, $2, encryption_key_id,
           credential_version, credential_fingerprint, desired_state, access, generation, settled_generation, outcome,
           wished_at, connected_at, revoked_at FROM connections WHERE id = $1`,
        [id, sealed],
      );
      await owner.query("DELETE FROM connections WHERE id = $1", [id]);
    }
  } finally {
    await owner.end();
  }
  return rows.length;
}
