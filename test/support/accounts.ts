/** Tenants with a bot each: made, connected, seen up and taken down, many at once, as the config writes are shared. */
import type { Tenant } from "../../dev-env/src/seed.ts";
import type { Api, World } from "../../dev-env/src/world-client.ts";

/** For what takes seconds: the machine may be busy, and config writes wait for each other. */
export const PATIENCE_MS = 90_000;

export interface Account {
  readonly tenant: Tenant;
  /** `billingAccountId` and `accountId` of the tenant. */
  readonly id: string;
  readonly accountId: string;
  readonly api: Api;
  /** Fresh, and known to the messenger. */
  readonly token: string;
  readonly username: string;
}

/** Nothing is connected yet. */
export async function makeAccounts(world: World, count: number): Promise<Account[]> {
  const tenants = await world.tenants(count);
  return Promise.all(
    tenants.map(async (tenant) => ({
      tenant,
      id: tenant.billingAccountId,
      accountId: `tenant-${tenant.billingAccountId}`,
      api: world.api(tenant),
      ...(await world.bot()),
    })),
  );
}

export async function makeAccount(world: World): Promise<Account> {
  const [account] = await makeAccounts(world, 1);
  if (!account) throw new Error("no tenant was made");
  return account;
}

/** Resolves once every one of them is seen up. */
export async function connectAll(accounts: readonly Account[], timeoutMs = PATIENCE_MS): Promise<void> {
  await Promise.all(
    accounts.map(async ({ api, token }) => {
      await api.connect("telegram", token);
      await api.reaches("telegram", ["connected"], timeoutMs);
    }),
  );
}

/** Also where nothing is connected; a gateway that is slow has its time. */
export async function disconnectAll(accounts: readonly Account[], timeoutMs = PATIENCE_MS): Promise<void> {
  await Promise.all(accounts.map(({ api }) => disconnectFrom(api, "telegram", timeoutMs)));
}

/** The same for any channel of one tenant. */
export async function disconnectFrom(api: Api, channel: string, timeoutMs = PATIENCE_MS): Promise<void> {
  await api.request("POST", "/api/v1/channels/disconnect", { channel });
  await api.reaches(channel, ["not_connected"], timeoutMs);
}
