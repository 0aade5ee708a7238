/**
 * Run as a process of its own: Hono with one bare tenant transaction and nothing else, on the same database. What a
 * route that did no more than keep the tenant's wall would reach; at `/open`, the same row with no wall and for everyone. Prints its port.
 */

import { billingAccountIdSchema } from "@cogni/contract";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";
import { createPools } from "../../server/src/db/pool.ts";
import { withTenant } from "../../server/src/db/tenant.ts";
import { Secret } from "../../server/src/secret.ts";

const env = z
  .object({ DATABASE_URL: z.string(), DATABASE_SERVICE_URL: z.string(), TENANT: billingAccountIdSchema })
  .parse(process.env);
const db = createPools(
  { apiUrl: new Secret(env.DATABASE_URL), serviceUrl: new Secret(env.DATABASE_SERVICE_URL) },
  { warn: (details, message) => console.error(message, details) },
);
const app = new Hono();
app.get("/", async (call) =>
  call.json(await withTenant(db, env.TENANT, (tx) => tx.query("SELECT id, name FROM billing_accounts"))),
);
app.get("/open", async (call) =>
  call.json(
    (await db.service.query("SELECT id, name FROM billing_accounts WHERE id = $1", [env.TENANT])).rows,
  ),
);
serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => console.log(port));
