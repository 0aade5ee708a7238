/** For whoever supervises this process: does it live (`/healthz`), and can it work (`/readyz`)? */
import type { Env, Hono } from "hono";
import type { Readiness } from "../readiness.ts";

export function addHealth<E extends Env>(app: Hono<E>, readiness: () => Promise<Readiness>): void {
  app.get("/healthz", (call) => call.json({ status: "ok" }));
  app.get("/readyz", async (call) => {
    const found = await readiness();
    return call.json(found, found.ready ? 200 : 503);
  });
}
