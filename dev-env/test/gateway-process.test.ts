import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { LONG } from "../../test/support/long.ts";
import { freePort } from "../src/ports.ts";

const BOOT = { timeout: 120_000, interval: 100 };
const eventSchema = z.object({
  ready: z.number().optional(),
  exit: z.string().optional(),
  error: z.string().optional(),
  log: z.string().optional(),
});

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "cogni-gateway-process-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs a gateway in a process of its own, and gathers what that process tells. */
function startParent(folder: string, port: number, overlay?: string) {
  const script = join(import.meta.dirname, "support", "gateway-parent.ts");
  const args = [script, join(folder, "gateway"), String(port), ...(overlay ? [overlay] : [])];
  const parent: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(parent, "exit");
  const events: z.infer<typeof eventSchema>[] = [];
  if (!parent.stdout) throw new Error("the process has no output");
  createInterface({ input: parent.stdout }).on("line", (line) =>
    events.push(eventSchema.parse(JSON.parse(line))),
  );
  cleanups.push(async () => {
    parent.kill("SIGTERM");
    await exited;
  });
  const all = <K extends keyof (typeof events)[number]>(kind: K) =>
    events.flatMap((event) => event[kind] ?? []);
  const next = (kind: keyof (typeof events)[number], count: number) =>
    vi.waitFor(() => {
      const seen = all(kind);
      if (seen.length < count)
        throw new Error(`still waiting for ${kind} ${count}: ${JSON.stringify(events)}`);
      return seen[count - 1];
    }, BOOT);
  return { parent, exited, next, all };
}

const runs = (pid: number) => existsSync(`/proc/${pid}`) || isAlive(pid);
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // No such process, which is what is asked.
    return false;
  }
}

// In npm test a whole world outlives the same: test/own-world/qr-login.test.ts.
test.runIf(LONG)(
  "a gateway that is killed comes back on its own state, and none is left when its parent is killed",
  {
    timeout: 360_000,
  },
  async () => {
    const folder = makeFolder();
    const { parent, exited, next } = startParent(folder, await freePort());
    const first = Number(await next("ready", 1));
    const config = join(folder, "gateway", "state", "openclaw.json");
    const seeded = readFileSync(config, "utf8");
    for (const file of [
      config,
      join(folder, "gateway", "gateway.log"),
      join(folder, "gateway", "gateway.console.log"),
    ]) {
      expect(lstatSync(file).mode & 0o777, file).toBe(0o600);
    }

    process.kill(first, "SIGKILL");
    expect(await next("exit", 1)).toMatch(/ended unexpectedly \(by a signal\)[\s\S]*gateway\.log/);
    const second = Number(await next("ready", 2));
    expect(second).not.toBe(first);
    expect(readFileSync(config, "utf8")).toBe(seeded);

    parent.kill("SIGKILL");
    await exited;
    await vi.waitFor(() => expect(runs(second)).toBe(false), BOOT);
  },
);

test("a configuration that the gateway refuses is explained with its own words, and not tried again", {
  timeout: 180_000,
}, async () => {
  const folder = makeFolder();
  const overlay = join(folder, "overlay.json");
  writeFileSync(overlay, JSON.stringify({ gateway: { port: "not a port" } }));
  const { next, all } = startParent(folder, await freePort(), overlay);
  const error = await next("error", 1);
  expect(error).toMatch(/exit code 78/);
  expect(error).toMatch(/GATEWAY_CONFIG_OVERLAY/);
  expect(error).toMatch(/gateway\.port/);
  expect(all("ready")).toEqual([]);
});

test("a port that another program holds is named before anything is started", {
  timeout: 60_000,
}, async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  cleanups.push(() => other.close());
  const address = other.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const { next } = startParent(makeFolder(), port);
  expect(await next("error", 1)).toMatch(new RegExp(`Port ${port}.*taken`));
});

test("an overlay that is not a JSON object is named", { timeout: 60_000 }, async () => {
  const folder = makeFolder();
  const overlay = join(folder, "overlay.json");
  writeFileSync(overlay, "[]");
  const { next } = startParent(folder, await freePort(), overlay);
  expect(await next("error", 1)).toMatch(/overlay\.json is not a JSON object/);
});
