import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "./support/database.ts";
import { settings } from "./support/edge.ts";

const SERVE = fileURLToPath(new URL("../bin/serve.ts", import.meta.url));
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** The control plane as a process with these settings and no others. */
function serve(env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [SERVE], { env, stdio: ["ignore", "pipe", "inherit"] });
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, exited };
}

test("start-up ends with code 1 and the name of every missing setting", async () => {
  const { child, exited } = serve({ COGNI_ENV: "production" });
  const output = await text(child.stdout);
  expect(await exited).toBe(1);
  for (const name of ["DATABASE_URL", "CHANNEL_ENCRYPTION_KEY", "PUBLIC_URL", "OPENCLAW_GATEWAY_TOKEN"]) {
    expect(output).toContain(`${name}: is missing`);
  }
});

test("a port that is taken ends start-up with code 1, and names the port and its setting", async () => {
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(0, "127.0.0.1", resolve));
  const address = squatter.address();
  const port = typeof address === "object" && address ? String(address.port) : "";
  try {
    for (const setting of ["PORT", "INTERNAL_PORT", "LLM_PORT"]) {
      const { child, exited } = serve({ ...settings(database), CONSOLE: "off", [setting]: port });
      const output = await text(child.stdout);
      expect(await exited).toBe(1);
      expect(output).toContain(`Port ${port} on 127.0.0.1 is taken by another program.`);
      expect(output).toContain(`the setting ${setting}.`);
    }
  } finally {
    squatter.close();
  }
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s ends it in order, with code 0 and nothing but log lines",
  async (signal) => {
    const { child, exited } = serve({ ...settings(database), CONSOLE: "off" });
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      lines.push(line);
      if (line.includes("pages and API")) child.kill(signal);
    }
    expect(await exited).toBe(0);
    for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow();
    expect(lines.at(-1)).toContain("stopped");
  },
);

/** Runs it until it listens; answers its port. */
async function listening(child: ReturnType<typeof serve>["child"], lines: string[]): Promise<number> {
  const ready = Promise.withResolvers<number>();
  createInterface(child.stdout).on("line", (line) => {
    lines.push(line);
    if (line.includes("pages and API")) ready.resolve((JSON.parse(line) as { port: number }).port);
  });
  return ready.promise;
}

test("a process that serves LLM calls alone answers its supervisor's probes on their port, and nobody else without a key", async () => {
  const { DATABASE_SERVICE_URL: _, DATABASE_OWNER_URL: __, ...env } = settings(database);
  const { child, exited } = serve({ ...env, ROLES: "llm" });
  const port = await new Promise<number>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      if (line.includes("LLM calls")) resolve((JSON.parse(line) as { port: number }).port);
    });
  });
  const at = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  expect((await at("/healthz")).status).toBe(200);
  await vi.waitFor(async () => expect((await at("/readyz")).status).toBe(200));
  expect((await at("/v1/models")).status).toBe(401);
  child.kill("SIGTERM");
  expect(await exited).toBe(0);
});

test("when the time to end is over it cuts what is left, names it, and ends with code 2", async () => {
  const { child, exited } = serve({ ...settings(database), CONSOLE: "off", SHUTDOWN_SECONDS: "1" });
  const lines: string[] = [];
  const port = await listening(child, lines);
  const client = connect(port, "127.0.0.1");
  client.on("error", () => undefined);
  const gone = new Promise((resolve) => client.once("close", resolve));
  // A request that never comes to its end.
  client.write(
    "POST /api/auth/sign-in/email HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill("SIGTERM");
  expect(await exited).toBe(2);
  await gone;
  expect(lines.join("\n")).toContain('"left":["requests"');
});

test("told a second time it ends at once, with 128 and the signal's number", async () => {
  const grace = { SHUTDOWN_SECONDS: "60", SHUTDOWN_GRACE_SECONDS: "50" };
  const { child, exited } = serve({ ...settings(database), CONSOLE: "off", ...grace });
  const lines: string[] = [];
  const port = await listening(child, lines);
  child.kill("SIGTERM");
  await vi.waitFor(async () => expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503));
  child.kill("SIGINT");
  expect(await exited).toBe(130);
});
