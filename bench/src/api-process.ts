/** One more control plane that serves the API alone, on the world's database. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { answers } from "../../dev-env/src/control-plane.ts";
import { freePort } from "../../dev-env/src/ports.ts";

export async function startApiProcess(
  env: NodeJS.ProcessEnv,
): Promise<{ url: string; stop(): Promise<void> }> {
  const port = await freePort();
  const { DATABASE_SERVICE_URL: _service, DATABASE_OWNER_URL: _owner, ...rest } = env;
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "..", "..", "server", "bin", "serve.ts")],
    {
      env: { ...rest, ROLES: "api", PORT: String(port), PUBLIC_URL: `http://localhost:${port}` },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(`${url}/healthz`))) {
    if (child.exitCode !== null) throw new Error("the second control plane did not start");
    await sleep(100);
  }
  return {
    url,
    async stop() {
      child.kill();
      await once(child, "exit");
    },
  };
}
