/** Whoever reads the audit reads words, of whatever was done. */
import { PLATFORM_ACTIONS, TENANT_ACTIONS } from "@cogni/contract/audit-actions";
import { expect, test } from "vitest";
import de from "../messages/de.json" with { type: "json" };
import en from "../messages/en.json" with { type: "json" };
import zh from "../messages/zh.json" with { type: "json" };

const named = (actions: Record<string, Record<string, string>>): string[] =>
  Object.entries(actions).flatMap(([what, acts]) => Object.keys(acts).map((act) => `${what}.${act}`));

test.each(Object.entries({ en, de, zh }))(
  "each action of the audit has words in %s, and no words are left of one that is none",
  (_language, catalog) => {
    expect(named(catalog.audit.actions).toSorted()).toEqual(
      [...new Set<string>([...TENANT_ACTIONS, ...PLATFORM_ACTIONS])].toSorted(),
    );
  },
);

test("none is offered twice", () => {
  for (const actions of [TENANT_ACTIONS, PLATFORM_ACTIONS])
    expect(new Set<string>(actions).size).toBe(actions.length);
});
