import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import pg from "pg";
import { afterAll, expect, inject, test } from "vitest";
import { readConfig } from "../../server/src/config.ts";
import { openDatabase } from "../../server/src/db/open.ts";
import { createLogger } from "../../server/src/log.ts";

const page = readFileSync(new URL("../operations/install.md", import.meta.url), "utf8");
const block = (language: string, index = 0): string =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))][index]?.[1] ?? "";

/** The names of the page with something of our own before them: the server is shared with other tests. */
const own = `docs_${randomBytes(4).toString("hex")}`;
const statements = block("sql")
  .replaceAll("cogni", own)
  .split(";")
  .map((statement) => statement.trim())
  .filter((statement) => statement !== "");

async function asSuperuser(sql: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: inject("postgres").superuserUrl });
  await client.connect();
  try {
    for (const statement of sql) await client.query(statement);
  } finally {
    await client.end();
  }
}

function urlOf(user: string): string {
  const url = new URL(inject("postgres").superuserUrl);
  return Object.assign(url, { username: `${own}_${user}`, password: `${user}-password`, pathname: `/${own}` })
    .href;
}

afterAll(() =>
  asSuperuser([
    `DROP DATABASE IF EXISTS ${own} WITH (FORCE)`,
    ...["owner", "service", "api"].map((user) => `DROP ROLE IF EXISTS ${own}_${user}`),
  ]),
);

test("the SQL of install.md makes a database on which the control plane starts", async () => {
  expect(statements.length).toBeGreaterThan(5);
  await asSuperuser(statements);
  const config = readConfig({
    ROLES: "worker",
    DATABASE_URL: urlOf("api"),
    DATABASE_SERVICE_URL: urlOf("service"),
    DATABASE_OWNER_URL: urlOf("owner"),
    CHANNEL_ENCRYPTION_KEY: Buffer.alloc(32).toString("base64"),
    OPENCLAW_GATEWAY_URL: "ws://127.0.0.1:18789",
    OPENCLAW_GATEWAY_TOKEN: "a-token-of-this-test",
    LLM_BASE_URL: "http://127.0.0.1:1/v1",
    LLM_MODEL: "some-model",
  });
  const db = await openDatabase(config, createLogger("fatal"));
  await db.close();
});

test("the settings that install.md lists for production are all that it needs", () => {
  const lines = block("sh")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.replace(/\s+#.*$/, "").split(/=(.*)/s));
  const examples: Record<string, string> = {
    CHANNEL_ENCRYPTION_KEY: Buffer.alloc(32).toString("base64"),
    OPENCLAW_GATEWAY_TOKEN: "a-token-of-this-test",
  };
  const env = Object.fromEntries(lines.map(([name = "", value]) => [name, examples[name] ?? value]));
  expect(readConfig(env).production).toBe(true);
});
