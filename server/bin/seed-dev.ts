/**
 * Creates tenants with their people and keys for development and tests, where no operator is at hand to do it one by
 * one. Reads a list of tenants from standard input, writes what it made to standard output. What is there already
 * stays: the second start of a development environment finds its tenants.
 */
import { json } from "node:stream/consumers";
import { billingAccountIdSchema, KEY_SCOPES } from "@cogni/contract";
import { z } from "zod";
import { createAuth } from "../src/auth/auth.ts";
import type { People } from "../src/auth/people.ts";
import { readConfig } from "../src/config.ts";
import { createApiKey } from "../src/db/api-keys.ts";
import { createBillingAccount } from "../src/db/billing-accounts.ts";
import { addMember } from "../src/db/members.ts";
import { createPools, type Db } from "../src/db/pool.ts";
import { withService } from "../src/db/tenant.ts";
import { AppError } from "../src/errors.ts";
import { createLogger } from "../src/log.ts";

const wishSchema = z.object({
  billingAccountId: billingAccountIdSchema,
  name: z.string(),
  email: z.email(),
  password: z.string().min(8),
  /** The caller lost the key, or never had it. */
  needsKey: z.boolean(),
});
type Wish = z.infer<typeof wishSchema>;

const forEverything = { scopes: KEY_SCOPES, expiresAt: null, createdBy: null };

const config = readConfig();
if (config.production) throw new Error("Production is not seeded: use `npm run ops -- tenants create`.");
const log = createLogger("warn");
const db = createPools(config.database, log);
const { people } = createAuth(config, db, log);

const made: { billingAccountId: string; apiKey: string | null }[] = [];
for (const wish of z.array(wishSchema).parse(await json(process.stdin))) {
  made.push({ billingAccountId: wish.billingAccountId, apiKey: await seed(db, people, wish) });
}
process.stdout.write(JSON.stringify(made));
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
  const known = await db.api.query('SELECT FROM auth."user" WHERE email = $1', [email]);
  if (known.rowCount === 0) {
    const userId = await people.create({ email, password, name });
    await withService(db, (tx) => addMember(tx, { billingAccountId, userId, role: "owner" }));
  }
  return key?.key.reveal() ?? null;
}
