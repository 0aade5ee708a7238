/** Tenants and an administrator of the platform, for development and tests. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { type Seed, seedOnce } from "./seeder.ts";

export const tenantSchema = z.object({
  billingAccountId: z.string(),
  name: z.string(),
  email: z.string(),
  password: z.string(),
  apiKey: z.string(),
});
export type Tenant = z.infer<typeof tenantSchema>;

export const administratorSchema = tenantSchema.pick({ name: true, email: true, password: true });
export type Administrator = z.infer<typeof administratorSchema>;

/**
 * Makes sure that these tenants exist; `known` ones keep their logins and keys as long as the database knows them.
 * @param env the control plane's environment, which names database and encryption key
 */
export async function seedTenants(
  env: NodeJS.ProcessEnv,
  wanted: readonly { billingAccountId: string; name: string }[],
  known: readonly Tenant[] = [],
  seed: Seed = seedOnce,
): Promise<Tenant[]> {
  const tenants = wanted.map((tenant) => {
    const before = known.find((other) => other.billingAccountId === tenant.billingAccountId);
    const email = `${tenant.billingAccountId}@example.com`;
    return before ?? { ...tenant, email, password: newPassword(), apiKey: "" };
  });
  const made = await seed(env, {
    tenants: tenants.map(({ apiKey, ...tenant }) => ({ ...tenant, needsKey: apiKey === "" })),
  });
  return tenants.map((tenant, index) => ({ ...tenant, apiKey: made[index]?.apiKey ?? tenant.apiKey }));
}

/** Makes sure that there is one, a member of no tenant; a `known` one keeps their login. */
export async function seedAdministrator(
  env: NodeJS.ProcessEnv,
  known: Administrator | null = null,
  seed: Seed = seedOnce,
): Promise<Administrator> {
  const fresh = { name: "Operator", email: "operator@example.com", password: newPassword() };
  const administrator = known ?? fresh;
  await seed(env, { administrators: [administrator] });
  return administrator;
}

function newPassword(): string {
  return randomBytes(9).toString("base64url");
}
