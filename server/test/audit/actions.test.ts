/** What TypeScript can't see of the audit's actions: those that the database writes by itself. */
import { readFileSync } from "node:fs";
import { PLATFORM_ACTIONS, TENANT_ACTIONS } from "@cogni/contract";
import { expect, test } from "vitest";

const source = readFileSync(new URL("../../migrations/access.sql", import.meta.url), "utf8");

test.each([
  ["audit_log", TENANT_ACTIONS],
  ["platform_audit_log", PLATFORM_ACTIONS],
] as const)("what the database's functions write into %s is an action that is known", (table, known) => {
  const written = source
    .split(`INSERT INTO public.${table} `)
    .slice(1)
    .map((rest) => /'([a-z_]+\.[a-z_]+)'/.exec(rest.slice(0, rest.indexOf(";")))?.[1]);
  expect(written.length).toBeGreaterThan(0);
  expect(written.filter((action) => !known.some((each) => each === action))).toEqual([]);
});
