/** How the page of a tenant's connect links looks, and which sites may embed it. */
import type { ConnectLinkSettings } from "@cogni/contract";
import type { TenantTx, Tx } from "./tenant.ts";

const NONE: ConnectLinkSettings = { name: null, color: null, allowedOrigins: [] };

export async function connectLinkSettings(tx: TenantTx): Promise<ConnectLinkSettings> {
  const [row] = await tx.query<ConnectLinkSettings>(
    'SELECT name, color, allowed_origins AS "allowedOrigins" FROM connect_link_settings',
  );
  return row ?? NONE;
}

export async function setConnectLinkSettings(
  tx: TenantTx,
  { name, color, allowedOrigins }: ConnectLinkSettings,
): Promise<void> {
  await tx.query(
    `INSERT INTO connect_link_settings (billing_account_id, name, color, allowed_origins) VALUES ($1, $2, $3, $4)
     ON CONFLICT (billing_account_id) DO UPDATE SET name = $2, color = $3, allowed_origins = $4`,
    [tx.billingAccountId, name, color, allowedOrigins],
  );
}

/** Of the tenant of a link, by the link's id, before any tenant is known; none for an id that no link has. */
export async function originsOfConnectLink(tx: Tx, id: string): Promise<readonly string[]> {
  const [row] = await tx.query<{ origins: string[] | null }>("SELECT connect_link_origins($1) AS origins", [
    id,
  ]);
  return row?.origins ?? [];
}
