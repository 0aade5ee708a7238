/** One more control plane that serves the API alone, on the world's database. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { answers } from "../../dev-env/src/control-plane.ts";
import { freePort } from "../../dev-env/src/ports.ts";

const memorySchema = z.object({ rssBytes: z.number(), heapBytes: z.number() });

export interface ApiProcess {
  readonly url: string;
  /** What it occupies, and what of its heap is live. */
  memory(): Promise<z.infer<typeof memorySchema>>;
  stop(): Promise<void>;
}

/** docs/decisions/0009-small-heap.md */
export const HEAP_FLAGS = ["--max-semi-space-size=4", "--max-old-space-size=512"];

export async function startApiProcess(env: NodeJS.ProcessEnv): Promise<ApiProcess> {
  const port = await freePort();
  // Neither what crosses tenants, nor the port on which the first one tells its metrics.
  const { DATABASE_SERVICE_URL: _service, DATABASE_OWNER_URL: _owner, METRICS_PORT: _metrics, ...rest } = env;
  const child = spawn(
    process.execPath,
    [
      ...HEAP_FLAGS,
      "--expose-gc",
      "--import",
      join(import.meta.dirname, "report-memory.ts"),
      join(import.meta.dirname, "..", "..", "server", "bin", "serve.ts"),
    ],
    {
      env: { ...rest, ROLES: "api", PORT: String(port), PUBLIC_URL: `http://localhost:${port}` },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    },
  );
  const url = `http://127.0.0.1:${port}`;
  while (!(await answers(`${url}/healthz`))) {
    if (child.exitCode !== null) throw new Error("the second control plane did not start");
    await sleep(100);
  }
  return {
    url,
    async memory() {
      child.send("memory");
      const [told] = await once(child, "message");
      return memorySchema.parse(told);
    },
    async stop() {
      child.kill();
      await once(child, "exit");
    },
  };
}
