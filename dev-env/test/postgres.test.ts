import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Postgres, startPostgres } from "../src/postgres.ts";

let home: string;
let dataDir: string;
let logFile: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "cogni-postgres-"));
  chmodSync(home, 0o755);
  dataDir = join(home, "postgres");
  const postgres = await start();
  logFile = postgres.logFile;
  await postgres.stop();
});
afterAll(() => {
  for (const path of [home, dirname(logFile)]) rmSync(path, { recursive: true, force: true });
});

function start(port?: number): Promise<Postgres> {
  return startPostgres({ dataDir, ...(port !== undefined && { port }), log: () => undefined });
}
const stopped = (postgres: Postgres) => onTestFinished(() => postgres.stop());
const data = () => join(dirname(logFile), "data");
const pidFile = () => join(data(), "postmaster.pid");
const postmaster = () => Number(readFileSync(pidFile(), "utf8").split("\n")[0]);

async function ask(url: string, sql = "SELECT current_user AS answer"): Promise<unknown> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rows[0]?.answer;
  } finally {
    await client.end();
  }
}

/** A process that starts PostgreSQL and holds it; resolves once it is up. */
async function holder(): Promise<{ pid: number; url: string }> {
  const source = `
    import { startPostgres } from ${JSON.stringify(new URL("../src/postgres.ts", import.meta.url).href)};
    const postgres = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, log: () => undefined });
    console.log(postgres.superuserUrl);
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = await Promise.race([
    new Promise<string[]>((resolve) => child.stdout.once("data", (chunk) => resolve([String(chunk).trim()]))),
    text(child.stdout).then((all) => Promise.reject(new Error(`ended: ${all}`))),
  ]);
  return { pid: child.pid ?? 0, url: line ?? "" };
}

describe("the embedded PostgreSQL", () => {
  test("has three users without privileges beyond their own, and keeps their passwords from other users", async () => {
    const postgres = await start();
    stopped(postgres);
    const users = await Promise.all(
      [postgres.ownerUrl, postgres.apiUrl, postgres.serviceUrl].map((url) => ask(url)),
    );
    expect(users).toEqual(["cogni_owner", "cogni_api", "cogni_service"]);
    expect(
      await ask(
        postgres.superuserUrl,
        "SELECT count(*)::integer AS answer FROM pg_roles WHERE rolname LIKE 'cogni%' AND (rolsuper OR rolbypassrls OR rolcreaterole)",
      ),
    ).toBe(0);
    expect(statSync(`${dataDir}.json`).mode & 0o777).toBe(0o600);
    expect(statSync(data()).mode & 0o077).toBe(0);
    await expect(ask(postgres.apiUrl.replace(/:[^:@]+@/, ":wrong@"))).rejects.toThrow(/password/);
    expect(await ask(postgres.superuserUrl, "SELECT current_setting('data_checksums') AS answer")).toBe("on");
  });

  test("is started again when it dies, at the same address, with what was committed", async () => {
    const postgres = await start();
    stopped(postgres);
    await ask(postgres.ownerUrl, "CREATE TABLE IF NOT EXISTS kept AS SELECT 42 AS answer");
    process.kill(postmaster(), "SIGKILL");
    await vi.waitFor(async () => expect(await ask(postgres.ownerUrl, "SELECT answer FROM kept")).toBe(42), {
      timeout: 20_000,
    });
  });

  test("is gone when told to end while it comes up again", async () => {
    const postgres = await start();
    const died = postmaster();
    process.kill(died, "SIGKILL");
    await vi.waitFor(() => expect(postmaster()).not.toBe(died), { interval: 5, timeout: 20_000 });
    await postgres.stop();
    await expect(ask(postgres.ownerUrl)).rejects.toThrow(/ECONNREFUSED/);
  });

  test("does not outlive the process that started it, not even its SIGKILL", async () => {
    const { pid, url } = await holder();
    expect(await ask(url)).toBe("postgres");
    process.kill(pid, "SIGKILL");
    await vi.waitFor(() => expect(ask(url)).rejects.toThrow(/ECONNREFUSED/), { timeout: 10_000 });
    stopped(await start());
  });

  test("refuses a folder that a living process uses, and names the process", async () => {
    const { pid } = await holder();
    await expect(start()).rejects.toThrow(`in use by process ${pid}`);
    process.kill(pid, "SIGKILL");
    stopped(await start());
  });

  test("starts over a stale postmaster.pid, even if its number is another program's by now", async () => {
    const postgres = await start();
    await postgres.kill();
    // PostgreSQL minds programs of its own user only.
    const { uid, gid } = statSync(data());
    const other = spawn("sleep", ["60"], process.getuid?.() === 0 ? { uid, gid } : {});
    onTestFinished(() => void other.kill("SIGKILL"));
    writeFileSync(pidFile(), readFileSync(pidFile(), "utf8").replace(/^\d+/, String(other.pid)));
    stopped(await start());
  });

  test("starts again while sessions of the killed server still run", async () => {
    const postgres = await start();
    const asleep = ask(postgres.superuserUrl, "SELECT pg_sleep(1) AS answer").catch(() => undefined);
    await vi.waitFor(async () =>
      expect(
        await ask(
          postgres.superuserUrl,
          "SELECT count(*)::integer AS answer FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
        ),
      ).toBe(1),
    );
    await postgres.kill();
    stopped(await start());
    await asleep;
  });

  test("names a port that is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await vi.waitFor(() => expect(server.listening).toBe(true));
    const { port } = server.address() as { port: number };
    await expect(start(port)).rejects.toThrow(`Port ${port} is in use`);
  });

  test("does not pass over a database whose passwords are gone", async () => {
    const notes = readFileSync(`${dataDir}.json`);
    rmSync(`${dataDir}.json`);
    await expect(start()).rejects.toThrow(/passwords .* are gone/);
    writeFileSync(`${dataDir}.json`, notes, { mode: 0o600 });
    stopped(await start());
  });
});
