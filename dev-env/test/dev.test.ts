/** What the development command promises about starting and ending, as far as it can be shown without booting a gateway. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openDataDir } from "../src/data-dir.ts";
import { freePort, UserError } from "../src/ports.ts";
import { createSteps, Stopped } from "../src/steps.ts";

const checkout = join(import.meta.dirname, "..", "..");
const src = join(checkout, "dev-env", "src");
let folder: string;

beforeEach(() => {
  mkdirSync(join(checkout, ".data"), { recursive: true });
  folder = mkdtempSync(join(checkout, ".data", "dev-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function dev(settings: Record<string, string>): Promise<{ code: number; errors: string }> {
  const child = spawn(process.execPath, [join(src, "dev.ts")], {
    env: { PATH: process.env.PATH, DATA_DIR: folder, ...settings },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  return { code: Number(code), errors };
}

test.each(["PORT", "INTERNAL_PORT"])(
  "beside a busy port, the command ends with a message that names port and setting: %s",
  async (setting) => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const free = { PORT: String(await freePort()), INTERNAL_PORT: String(await freePort()) };
    const { code, errors } = await dev({ ...free, [setting]: String(port) });
    other.close();
    expect(code).toBe(1);
    expect(errors.trim()).toMatch(
      new RegExp(`^Port ${port} is taken .* the setting ${setting}, .*npm start$`),
    );
    expect(existsSync(join(folder, "dev.lock"))).toBe(false);
    expect(existsSync(join(folder, "postgres"))).toBe(false);
  },
);

test("a second start on the same folder says that there is a first one, and leaves it alone", async () => {
  // Recognised by its command line: a process number alone may belong to anyone by now.
  const first = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", "dev-env"]);
  writeFileSync(join(folder, "dev.lock"), JSON.stringify({ pid: first.pid }));
  expect(() => openDataDir(folder)).toThrow(UserError);
  first.kill();
  await once(first, "exit");
  expect(openDataDir(folder).path).toBe(folder);
});

test("secrets are made once, are readable by their owner alone, and their loss is told instead of hidden", () => {
  const first = openDataDir(folder);
  first.release();
  expect(openDataDir(folder).secrets).toEqual(first.secrets);
  const file = join(folder, "secrets.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  writeFileSync(join(folder, "postgres.json"), "{}");
  rmSync(file);
  expect(() => openDataDir(folder)).toThrow(/secrets\.json is gone/);
});

test("parts are stopped in the opposite order, one that refuses does not keep the others running", async () => {
  const events: string[] = [];
  const steps = createSteps((line) => events.push(line.replace(/ \(.*/, "")));
  for (const name of ["first", "second", "third"]) {
    await steps.start(
      name,
      async () => name,
      async () => {
        events.push(`${name} stopped`);
        if (name === "second") throw new Error("no");
      },
    );
  }
  await steps.stop();
  expect(events.slice(3)).toEqual([
    "third stopped",
    "second stopped",
    "second: not stopped in order: Error: no",
    "first stopped",
  ]);
});

test("what is still starting when all is stopped gives up, or is stopped as soon as it is there", async () => {
  const steps = createSteps(() => undefined);
  let stopped = false;
  const slow = steps.start(
    "slow",
    (signal) => new Promise<string>((resolve) => signal.addEventListener("abort", () => resolve("late"))),
    async () => {
      stopped = true;
    },
  );
  const ending = steps.stop();
  await expect(slow).rejects.toThrow(Stopped);
  await ending;
  expect(stopped).toBe(true);
  await expect(
    steps.start(
      "more",
      async () => 1,
      async () => undefined,
    ),
  ).rejects.toThrow(Stopped);
});

test("a program that we started does not outlive us, even if we are killed", async () => {
  const pidFile = join(folder, "pid");
  const script = `
    import { writeFileSync } from "node:fs";
    import { startChild } from ${JSON.stringify(join(src, "child.ts"))};
    const child = startChild({ command: ["sleep", "600"], cwd: "/", env: { PATH: process.env.PATH }, logFile: ${JSON.stringify(join(folder, "log"))} });
    writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
    setInterval(() => undefined, 1000);
  `;
  const parent: ChildProcess = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], {
    stdio: "inherit",
  });
  await expect.poll(() => existsSync(pidFile) && readFileSync(pidFile, "utf8") !== "").toBe(true);
  const pid = Number(readFileSync(pidFile, "utf8"));
  expect(isAlive(pid)).toBe(true);
  parent.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
