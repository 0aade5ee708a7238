/** The two sides of what agents are told, brought together by a gateway that a test can tamper with. */
import type { AgentBrief, BillingAccountId } from "@cogni/contract";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { changeAgent, ownAgent } from "../../src/db/agents.ts";
import { withTenant } from "../../src/db/tenant.ts";
import { briefDigest } from "../../src/gateway/agents.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import { briefAgents } from "../../src/reconcile/agents.ts";
import { GATEWAY, type TestDatabase, tenants, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let acme: BillingAccountId;
let umbrella: BillingAccountId;
let told: Map<BillingAccountId, AgentBrief>;
let calls: number;
let reachable: boolean;

beforeEach(async () => {
  database = await testDatabase();
  [acme, umbrella] = await tenants(database.db, "acme", "umbrella");
  told = new Map();
  calls = 0;
  reachable = true;
});
afterEach(() => database.drop());

const gateway = {
  id: GATEWAY,
  reachable: () => reachable,
  briefs: async () => new Map([...told].map(([tenant, brief]) => [tenant, briefDigest(brief)])),
  async brief(tenant: BillingAccountId, brief: AgentBrief) {
    calls += 1;
    told.set(tenant, brief);
  },
  forgetBrief: async (tenant: BillingAccountId) => void told.delete(tenant),
} as Partial<Gateway> as Gateway;
const run = (models = ["echo", "small"]) =>
  briefAgents({ db: database.db, gateway, models, log: pino({ level: "silent" }) });
const wish = (tenant: BillingAccountId, instructions: string, version = 0, model: string | null = null) =>
  withTenant(database.db, tenant, (tx) => changeAgent(tx, { instructions, greeting: "hi", model }, version));
const applied = async (tenant: BillingAccountId) => {
  const row = await withTenant(database.db, tenant, ownAgent);
  return row?.appliedVersion === row?.version;
};

test("what tenants wish is told to their own agents, once", async () => {
  await wish(acme, "of acme");
  await wish(umbrella, "of umbrella");
  expect(await applied(acme)).toBe(false);
  await run();
  await run();
  expect(told).toEqual(
    new Map([
      [acme, { instructions: "of acme", greeting: "hi", model: null }],
      [umbrella, { instructions: "of umbrella", greeting: "hi", model: null }],
    ]),
  );
  expect(calls).toBe(2);
  expect(await applied(acme)).toBe(true);
});

test("a gateway that lost it, or was told otherwise by hand, is told again; what nobody wished is taken back", async () => {
  await wish(acme, "of acme");
  await run();
  told.clear();
  await run();
  expect(told.get(acme)?.instructions).toBe("of acme");
  told.set(acme, { instructions: "by hand", greeting: "", model: null });
  told.set(umbrella, { instructions: "by hand", greeting: "", model: null });
  await run();
  expect(told.get(acme)?.instructions).toBe("of acme");
  expect(told.has(umbrella)).toBe(false);
});

test("nothing counts as applied while the gateway is away, and all of it is told when it is back", async () => {
  reachable = false;
  await wish(acme, "one");
  await run();
  await wish(acme, "two", 1);
  expect(await applied(acme)).toBe(false);
  reachable = true;
  await run();
  expect(told.get(acme)?.instructions).toBe("two");
  expect(await applied(acme)).toBe(true);
});

test("a model that the operator offers no more is the default, which is nobody's choice to pin", async () => {
  await wish(acme, "x", 0, "small");
  await wish(umbrella, "x", 0, "echo");
  await run();
  expect([told.get(acme)?.model, told.get(umbrella)?.model]).toEqual(["small", null]);
  await run(["echo"]);
  expect(told.get(acme)?.model).toBeNull();
});
