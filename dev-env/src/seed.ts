/** Tenants and an administrator of the platform, for development and tests: made by a process of the server's, as this room may not reach into that one. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { CHECKOUT } from "./control-plane.ts";

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

const madeSchema = z.array(z.object({ billingAccountId: z.string(), apiKey: z.string().nullable() }));

/**
 * Makes sure that these tenants exist; `known` ones keep their logins and keys as long as the database knows them.
 * @param env the control plane's environment, which names database and encryption key
 */
export async function seedTenants(
  env: NodeJS.ProcessEnv,
  wanted: readonly { billingAccountId: string; name: string }[],
  known: readonly Tenant[] = [],
): Promise<Tenant[]> {
  const tenants = wanted.map((tenant) => {
    const before = known.find((other) => other.billingAccountId === tenant.billingAccountId);
    const email = `${tenant.billingAccountId}@example.com`;
    return before ?? { ...tenant, email, password: newPassword(), apiKey: "" };
  });
  const made = await runSeed(env, {
    tenants: tenants.map(({ apiKey, ...tenant }) => ({ ...tenant, needsKey: apiKey === "" })),
  });
  return tenants.map((tenant, index) => ({ ...tenant, apiKey: made[index]?.apiKey ?? tenant.apiKey }));
}

/** Makes sure that there is one, a member of no tenant; a `known` one keeps their login. */
export async function seedAdministrator(
  env: NodeJS.ProcessEnv,
  known: Administrator | null = null,
): Promise<Administrator> {
  const fresh = { name: "Operator", email: "operator@example.com", password: newPassword() };
  const administrator = known ?? fresh;
  await runSeed(env, { administrators: [administrator] });
  return administrator;
}

function newPassword(): string {
  return randomBytes(9).toString("base64url");
}

async function runSeed(env: NodeJS.ProcessEnv, wishes: object): Promise<z.infer<typeof madeSchema>> {
  const child = spawn(process.execPath, [join(CHECKOUT, "server", "bin", "seed-dev.ts")], {
    cwd: CHECKOUT,
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(JSON.stringify(wishes));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [code, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`The tenants and their people could not be made:\n${errors.trim()}`);
  return madeSchema.parse(JSON.parse(output));
}
