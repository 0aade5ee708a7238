/**
 * Creates tenants with their people and keys, and administrators of the platform, for development and tests, where no
 * operator is at hand to do it one by one. Reads what is wanted from standard input, a line each time, and answers each with
 * a line of the tenants it made. What is there already stays: the second start of a development environment finds its tenants.
 */
import { createInterface } from "node:readline";
import { billingAccountIdSchema, KEY_SCOPES } from "@cogni/contract";
import { z } from "zod";
import { createAuth } from "../src/auth/auth.ts";
import type { People } from "../src/auth/people.ts";
import { readConfig } from "../src/config.ts";
import { addAdministrator } from "../src/db/administrators.ts";
import { createApiKey } from "../src/db/api-keys.ts";
import { createBillingAccount } from "../src/db/billing-accounts.ts";
import { addMember } from "../src/db/members.ts";
import { isTaken } from "../src/db/people.ts";
import { createPools, type Db } from "../src/db/pool.ts";
import { withNoTenant, withService } from "../src/db/tenant.ts";
import { AppError } from "../src/errors.ts";
import { createLogger } from "../src/log.ts";
import { openMail } from "../src/mail/open-mail.ts";
import { loadFingerprints } from "../src/vault/fingerprint.ts";
import { createVault } from "../src/vault/vault.ts";

const personSchema = z.object({ name: z.string(), email: z.email(), password: z.string().min(8) });
type NewPerson = z.infer<typeof personSchema>;
const wishSchema = personSchema.extend({
  billingAccountId: billingAccountIdSchema,
  /** The caller lost the key, or never had it. */
  needsKey: z.boolean(),
});
type Wish = z.infer<typeof wishSchema>;
const inputSchema = z.object({
  tenants: z.array(wishSchema).default([]),
  administrators: z.array(personSchema).default([]),
});

const forEverything = { scopes: KEY_SCOPES, expiresAt: null, createdBy: null };

const config = readConfig();
if (config.production) throw new Error("Production is not seeded: use `npm run ops -- tenants create`.");
// What is answered goes to standard output.
const log = createLogger("warn", process.stderr);
const db = createPools(config.database, log);
const fingerprints = await loadFingerprints(db, createVault(config.encryption));
const { people } = createAuth(config, db, log, fingerprints, openMail(config, log));

for await (const line of createInterface({ input: process.stdin })) {
  const made: { billingAccountId: string; apiKey: string | null }[] = [];
  const { tenants, administrators } = inputSchema.parse(JSON.parse(line));
  for (const wish of tenants) {
    made.push({ billingAccountId: wish.billingAccountId, apiKey: await seed(db, people, wish) });
  }
  for (const administrator of administrators) {
    const userId = await newPerson(db, people, administrator);
    if (userId !== null) await withService(db, (tx) => addAdministrator(tx, userId));
  }
  process.stdout.write(`${JSON.stringify(made)}\n`);
}
await db.close();

/** @returns a new key where the tenant is new or the caller needs one */
async function seed(
  db: Db,
  people: People,
  { needsKey, email, password, ...tenant }: Wish,
): Promise<string | null> {
  const { billingAccountId, name } = tenant;
  const isNew = await withService(db, (tx) => createBillingAccount(tx, { id: billingAccountId, name })).then(
    () => true,
    (error: unknown) => {
      if (error instanceof AppError && error.code === "tenant_exists") return false;
      throw error;
    },
  );
  const key =
    isNew || needsKey
      ? await withService(db, (tx) =>
          createApiKey(tx, { ...forEverything, billingAccountId, name: "development" }),
        )
      : null;
  const userId = await newPerson(db, people, { email, password, name });
  if (userId !== null) {
    await withService(db, (tx) => addMember(tx, { billingAccountId, userId, role: "owner" }));
  }
  return key?.key.reveal() ?? null;
}

/** Null where someone has that address. */
async function newPerson(db: Db, people: People, person: NewPerson): Promise<string | null> {
  const known = await withNoTenant(db, (tx) => isTaken(tx, person.email));
  return known ? null : people.create(person);
}
