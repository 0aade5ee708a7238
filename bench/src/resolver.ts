/** The resolver's answer to a gateway that asks for many credentials in one call. */
import { randomUUID } from "node:crypto";
import { billingAccountIdSchema, channelIdSchema, resolveResponseSchema } from "@cogni/contract";
import pg from "pg";
import type { World } from "../../dev-env/src/world-client.ts";
import { providerOf } from "../../server/src/db/connections.ts";
import { Secret } from "../../server/src/secret.ts";
import { createVault } from "../../server/src/vault/vault.ts";
import { type Figure, median, ms, timed } from "./figures.ts";

const REFERENCES = 500;
const ROUNDS = 15;
const CHANNEL = channelIdSchema.parse("bench");

/** Writes connections of a channel that no gateway has, so that nothing tries to start them. */
export async function benchResolver(world: World): Promise<Figure> {
  const ids = await addConnections(world);
  const url = `http://127.0.0.1:${world.env.INTERNAL_PORT}/internal/v1/secrets`;
  const ask = async () => {
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${world.gateway.token}`, "content-type": "application/json" },
      body: JSON.stringify({ protocolVersion: 1, provider: "cogni", ids }),
    });
    const { values } = resolveResponseSchema.parse(await response.json());
    if (Object.keys(values).length !== REFERENCES) throw new Error("the resolver did not answer them all");
  };
  await ask();
  const durations: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) durations.push(await timed(ask));
  return {
    what: `credential resolver, ${REFERENCES} references in one call, p50`,
    value: ms(median(durations)),
    beside: "the gateway waits 5,000 ms by default",
  };
}

async function addConnections(world: World): Promise<string[]> {
  const vault = createVault({ current: new Secret(world.env.CHANNEL_ENCRYPTION_KEY ?? ""), previous: [] });
  const service = new pg.Client({ connectionString: world.env.DATABASE_SERVICE_URL });
  await service.connect();
  try {
    const tenants = Array.from({ length: REFERENCES }, (_, index) => `bench-${index}`);
    await service.query(
      `INSERT INTO billing_accounts (id, name) SELECT id, id FROM unnest($1::text[]) AS id`,
      [tenants],
    );
    await service.query(
      `INSERT INTO placements (billing_account_id, gateway_id) SELECT id, 'shared' FROM unnest($1::text[]) AS id
       ON CONFLICT DO NOTHING`,
      [tenants],
    );
    const rows = tenants.map((tenant) => {
      const id = randomUUID();
      const aad = {
        billingAccountId: billingAccountIdSchema.parse(tenant),
        connectionId: id,
        provider: providerOf(CHANNEL),
      };
      return { id, tenant, sealed: vault.seal({ token: `token-of-${tenant}` }, aad) };
    });
    await service.query(
      `INSERT INTO connections (id, billing_account_id, provider, account_id, credential_type,
         encrypted_credentials, encryption_key_id, created_by)
       SELECT id, tenant, $4, 'tenant-' || tenant, 'bot_token', sealed, $5, '{"kind": "system", "id": "bench"}'
       FROM unnest($1::uuid[], $2::text[], $3::bytea[]) AS r (id, tenant, sealed)`,
      [
        rows.map(({ id }) => id),
        rows.map(({ tenant }) => tenant),
        rows.map(({ sealed }) => Buffer.from(sealed)),
        providerOf(CHANNEL),
        vault.currentKeyId,
      ],
    );
    return tenants.map((tenant) => `tenant/${tenant}/${CHANNEL}/v1/token`);
  } finally {
    await service.end();
  }
}
