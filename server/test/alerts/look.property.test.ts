/** Whatever becomes of accounts, gateway, tenant and clock, and however many look meanwhile. */
import type { BillingAccountId } from "@cogni/contract";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LONG } from "../../../test/support/long.ts";
import { type AlertWorld, alertWorld, OTHER_CHANNEL, TIMING } from "../support/alerts.ts";
import { register } from "../support/connections.ts";
import { asSuperuser, CHANNEL, type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let world: AlertWorld;
let acme: BillingAccountId;

beforeAll(async () => {
  database = await testDatabase();
  world = await alertWorld(database);
});
afterAll(() => database.drop());

const channel = fc.constantFrom(CHANNEL, OTHER_CHANNEL);
const step = fc.oneof(
  fc.record({
    what: fc.constant("state" as const),
    channel,
    state: fc.constantFrom(
      "connected",
      "connected",
      "reconnecting",
      "action_required",
      "connecting",
      "unknown",
    ),
  }),
  fc.record({ what: fc.constant("pass" as const), ms: fc.constantFrom(5_000, 60_000, 120_000) }),
  fc.record({ what: fc.constant("jump" as const), ms: fc.constantFrom(-3_600_000, 3_600_000) }),
  fc.record({ what: fc.constant("gateway" as const), reachable: fc.boolean() }),
  fc.record({ what: fc.constantFrom("replace" as const, "disconnect" as const, "again" as const), channel }),
  fc.record({ what: fc.constant("looks" as const), many: fc.integer({ min: 2, max: 4 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

async function take(next: Step): Promise<void> {
  const wish = (desired: string, of: string) =>
    asSuperuser(
      database,
      "UPDATE connections SET desired_state = $1, connected_at = now(), revoked_by = CASE $1 WHEN 'disconnected' THEN '{}'::jsonb END WHERE channel = $2",
      [desired, of],
    );
  if (next.what === "state")
    await world.state(
      acme,
      next.state,
      next.state === "action_required" ? "credential_refused" : null,
      next.channel,
    );
  else if (next.what === "pass") await world.pass(next.ms);
  else if (next.what === "jump") world.jump(next.ms);
  else if (next.what === "gateway") await world.reachable(next.reachable);
  else if (next.what === "replace") await register(world.db, acme, { channel: next.channel });
  else if (next.what === "disconnect") await wish("disconnected", next.channel);
  else if (next.what === "looks") await Promise.all(Array.from({ length: next.many }, () => world.look()));
  else await wish("connected", next.channel);
}

/** What must never be, after a look. */
const wrong = () =>
  asSuperuser(
    database,
    `SELECT a.kind, a.channel, 'open for a connected account' AS why FROM alerts a
     JOIN LATERAL (SELECT c.state FROM account_state_changes c WHERE c.billing_account_id = a.billing_account_id
       AND c.channel = a.channel ORDER BY c.at DESC, c.id DESC LIMIT 1) last ON last.state = 'connected'
     WHERE a.opened_at IS NOT NULL AND a.resolved_at IS NULL
     UNION ALL
     SELECT a.kind, a.channel, 'open for what nobody wishes' FROM alerts a JOIN connections r
       ON r.billing_account_id = a.billing_account_id AND r.channel = a.channel AND r.desired_state = 'disconnected'
     WHERE a.resolved_at IS NULL
     UNION ALL
     SELECT kind, channel, 'open twice' FROM alerts WHERE resolved_at IS NULL
     GROUP BY billing_account_id, kind, channel, subject HAVING count(*) > 1`,
  );

test("no interleaving opens two alerts of a kind, or leaves one open for an account that is up or not wished", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      [acme = acme] = await world.begin("acme");
      await world.up(acme);
      await world.up(acme, OTHER_CHANNEL);
      // One is told of already, whatever comes.
      await world.state(acme, "action_required", "credential_refused");
      await world.pass(60_000);
      expect(await world.alerts()).toHaveLength(1);
      for (const next of steps) {
        await take(next);
        world.jump(TIMING.everyMs);
        await world.look();
        expect(await wrong()).toEqual([]);
      }
    }),
    { numRuns: LONG ? 12 : 5 },
  );
}, 120_000);
