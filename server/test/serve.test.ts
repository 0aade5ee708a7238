import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
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
    for (const setting of ["PORT", "INTERNAL_PORT"]) {
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
