/** The wall, from the code's side: no query on a tenant's table can be written where no tenant may be set. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asSuperuser, type TestDatabase, testDatabase } from "../support/database.ts";

const SOURCE = fileURLToPath(new URL("../../src/", import.meta.url));
/** Whoever has one sees one tenant's rows, or all of them by a role of its own. */
const BEHIND_THE_WALL = /\b(TenantTx|ServiceTx|WalledTx|readTenant)\b/;

let database: TestDatabase;
let named: RegExp;
beforeAll(async () => {
  database = await testDatabase();
  const walled = await asSuperuser(
    database,
    "SELECT tablename AS name FROM pg_policies WHERE schemaname = 'public' AND policyname = 'tenant'",
  );
  const tables = walled.map(({ name }) => name).join("|");
  named = new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE|USING) (?:public\\.)?(?:${tables})\\b`);
});
afterAll(() => database.drop());

/** What stands at the left margin, with all that belongs to it: a function with its parameters and its text. */
const declarations = (text: string) => text.split(/^(?=(?:export |async |function |const |interface ))/m);

test("a query that names a tenant's table is given a transaction that stands behind the wall", () => {
  const files = (readdirSync(SOURCE, { recursive: true }) as string[]).filter((name) => name.endsWith(".ts"));
  let seen = 0;
  const outside: string[] = [];
  for (const file of files) {
    const all = declarations(readFileSync(join(SOURCE, file), "utf8"));
    // Parts of queries that several functions share: whoever uses one names the table.
    const shared = all.flatMap((text) => (named.test(text) && /^const (\w+) = [`{]/.exec(text)?.[1]) || []);
    const names = (text: string) => named.test(text) || shared.some((name) => text.includes(name));
    const queries = all.filter((text) => /\bfunction\b/.test(text) && names(text));
    seen += queries.length;
    outside.push(
      ...queries
        .filter((text) => !BEHIND_THE_WALL.test(text))
        .map((text) => `${file}: ${text.split("\n")[0]}`),
    );
  }
  expect(seen).toBeGreaterThan(50);
  expect(outside).toEqual([]);
});
