/**
 * For whoever supervises this process: does it live (`/healthz`), and can it work (`/readyz`)? The first asks nobody, or a
 * database that is away would have every process killed. The public port tells a stranger which part fails, and not
 * why; the internal port tells that, too.
 */
import type { Env, Hono } from "hono";
import type { Context } from "../context.ts";
import type { Health } from "../health/monitor.ts";

export function addHealth<E extends Env>(
  app: Hono<E>,
  { health }: Pick<Context, "health">,
  full: boolean,
): void {
  const since = new Date();
  app.get("/healthz", () =>
    readable({ status: "ok", since, eventLoop: { longestDelayMs: health.longestDelayMs() } }, 200),
  );
  app.get("/readyz", async () => {
    const found = await health.look();
    return readable(full ? found : forStrangers(found), found.ready ? 200 : 503);
  });
}

function forStrangers({ components, ...rest }: Health): Health {
  return { ...rest, components: components.map(({ name, status, since }) => ({ name, status, since })) };
}

/** Read by programs, and now and then by a person with curl. */
function readable(body: object, status: number): Response {
  return new Response(`${JSON.stringify(body, null, 2)}\n`, {
    status,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
  });
}
