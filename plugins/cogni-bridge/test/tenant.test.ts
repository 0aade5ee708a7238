import { accountIdOf, billingAccountIdSchema, tenantOfAccountId } from "@cogni/contract";
import { expect, test } from "vitest";
import { agentOfSession, tenantOfAgent } from "../src/tenant.ts";

test("the plugin and the contract agree on which agent is whose", () => {
  const ids = ["tenant-acme", "tenant-a_b-9", `tenant-${"a".repeat(56)}`, `tenant-${"a".repeat(57)}`];
  for (const id of [...ids, "tenant-", "tenant-A", "tenant--x", "nobody", "", "xtenant-a", "tenant-a\n"]) {
    expect(tenantOfAgent(id), id).toBe(tenantOfAccountId(id));
  }
  const acme = billingAccountIdSchema.parse("acme");
  expect(tenantOfAgent(accountIdOf(acme))).toBe(acme);
});

test("a session belongs to the agent that its key names", () => {
  expect(agentOfSession("agent:tenant-acme:telegram:tenant-acme:direct:1")).toBe("tenant-acme");
  for (const key of ["main", "agent:", "agent::x", "tenant-acme", undefined])
    expect(agentOfSession(key)).toBeNull();
});
