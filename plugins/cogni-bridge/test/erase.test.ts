import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eraseFiles, eraseFromBackups } from "../src/erase-files.ts";
import { eraseRows } from "../src/erase-rows.ts";

let folder: string;
let outside: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cogni-erase-"));
  outside = mkdtempSync(join(tmpdir(), "cogni-outside-"));
});
afterEach(() => {
  for (const path of [folder, outside]) rmSync(path, { recursive: true, force: true });
});

function write(path: string, text = "x", root = folder): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe("files", () => {
  test("called after the agent go, and no others, nor what a link leads to", async () => {
    const gone = [
      "agents/tenant-acme/agent/a.sqlite",
      "workspace-tenant-acme/AGENTS.md",
      "credentials/some-channel/tenant-acme/session.json",
      "some-plugin/tenant-acme.json",
    ].map((path) => write(path));
    const stay = [
      "agents/tenant-acme-2/agent/a.sqlite",
      "agents/tenant-acm/agent/a.sqlite",
      "workspace-tenant-acme-2/AGENTS.md",
      "credentials/some-channel/tenant-acme_x/session.json",
      "openclaw.json",
      "npm/node_modules/tenant-acme/index.js",
    ].map((path) => write(path));
    const target = write("precious/tenant-acme/file", "x", outside);
    symlinkSync(join(outside, "precious"), join(folder, "linked"));
    symlinkSync(join(outside, "precious"), join(folder, "agents", "tenant-acme.link"));
    expect(await eraseFiles(folder, "tenant-acme")).toBe(5);
    expect(gone.filter(existsSync)).toEqual([]);
    expect([...stay, target].filter((path) => !existsSync(path))).toEqual([]);
    expect(await eraseFiles(folder, "tenant-acme")).toBe(0);
  });
});

describe("copies of earlier configs", () => {
  test("become copies of the present one, if they name the agent", async () => {
    const config = write("openclaw.json", '{"now":true}');
    const naming = [".bak", ".bak.1", ".last-good"].map((end) =>
      write(`openclaw.json${end}`, '{"entries":{"tenant-acme":{}}}'),
    );
    const other = write("openclaw.json.bak.2", '{"entries":{"tenant-acme-2":{}}}');
    expect(await eraseFromBackups(config, "tenant-acme")).toBe(3);
    for (const file of naming) expect(readFileSync(file, "utf8")).toBe('{"now":true}');
    expect(readFileSync(other, "utf8")).toContain("tenant-acme-2");
  });
});

describe("rows", () => {
  test("that name the agent go, in whatever table, and leave no byte in the file", async () => {
    mkdirSync(join(folder, "state"));
    const file = join(folder, "state", "gateway.sqlite");
    const database = new DatabaseSync(file);
    database.exec(`PRAGMA journal_mode = WAL;
      CREATE TABLE events (id INTEGER PRIMARY KEY, body TEXT, extra BLOB);
      CREATE TABLE "odd name" ("key" TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
      CREATE TABLE config_state (only_row INTEGER, body TEXT)`);
    const add = database.prepare("INSERT INTO events (body, extra) VALUES (?, ?)");
    add.run('["telegram","tenant-acme"] canary-one', null);
    add.run("agent:tenant-acme-2:main", null);
    add.run("nothing", Buffer.from("in bytes: tenant-acme."));
    database.prepare('INSERT INTO "odd name" VALUES (?, ?)').run("hash:tenant-acme:5", "canary-two");
    database.prepare("INSERT INTO config_state VALUES (1, ?)").run("of all");
    // What was removed before, without care.
    database.prepare("INSERT INTO events (body) VALUES (?)").run(`canary-three ${"x".repeat(2000)}`);
    database.exec("DELETE FROM events WHERE body LIKE 'canary-three%'");
    expect(await eraseRows(folder, "tenant-acme")).toBe(3);
    expect(database.prepare("SELECT body FROM events").all()).toMatchObject([
      { body: "agent:tenant-acme-2:main" },
    ]);
    expect(database.prepare("SELECT count(*) AS n FROM config_state").get()).toMatchObject({ n: 1 });
    database.close();
    const bytes = readFileSync(file, "latin1");
    expect(["canary-one", "canary-two", "canary-three"].filter((text) => bytes.includes(text))).toEqual([]);
  });
});
