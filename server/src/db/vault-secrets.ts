/** Sealed secrets of the installation itself, by name. */
import type { ServiceTx, Tx } from "./tenant.ts";

export async function vaultSecret(tx: Tx, name: string): Promise<Uint8Array | null> {
  const rows = await tx.query<{ sealed: Uint8Array }>("SELECT sealed FROM vault_secrets WHERE name = $1", [
    name,
  ]);
  return rows[0]?.sealed ?? null;
}

/** The secret as it stands afterwards: of two processes that add it at once, the first wins. */
export async function addVaultSecret(
  tx: ServiceTx,
  name: string,
  sealed: Uint8Array,
  keyId: string,
): Promise<Uint8Array> {
  await tx.query("INSERT INTO vault_secrets VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", [
    name,
    sealed,
    keyId,
  ]);
  return (await vaultSecret(tx, name)) ?? sealed;
}

export async function replaceVaultSecret(
  tx: ServiceTx,
  name: string,
  sealed: Uint8Array,
  keyId: string,
): Promise<void> {
  await tx.query(
    `INSERT INTO vault_secrets VALUES ($1, $2, $3)
     ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, encryption_key_id = excluded.encryption_key_id`,
    [name, sealed, keyId],
  );
}
