/** Starts the control plane: settings, context, ports, and an orderly end at SIGTERM or SIGINT. No rules in here. */
import { readConfig } from "../src/config.ts";
import { createContext } from "../src/context.ts";
import { createInternalListener } from "../src/http/internal.ts";
import { type Listening, listen } from "../src/http/listen.ts";
import { createMetricsListener } from "../src/http/metrics.ts";
import { loadConsole } from "../src/http/pages.ts";
import { createPublicListener } from "../src/http/server.ts";
import { createLogger, type Logger } from "../src/log.ts";

let log: Logger = createLogger("info");
try {
  await serve();
} catch (error) {
  log.fatal({ err: error }, error instanceof Error ? error.message : "start-up failed");
  process.exitCode = 1;
}

async function serve(): Promise<void> {
  const config = readConfig();
  log = createLogger(config.logLevel);
  const ctx = await createContext(config, log);
  const closers = [() => ctx.close()];
  const { shutdownMs } = config.timing;
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };

  try {
    if (config.metrics.endpoint) {
      const { endpoint } = config.metrics;
      const metrics = await listen(createMetricsListener(ctx), { ...endpoint, setting: "METRICS_PORT" });
      closers.push(() => metrics.close(shutdownMs));
      announce("metrics", endpoint.host, metrics);
    }
    if (config.roles.has("worker")) {
      // Before anything that needs a gateway: one that boots meanwhile finds its secrets.
      const internal = await listen(createInternalListener(ctx), {
        ...config.internal,
        setting: "INTERNAL_PORT",
      });
      closers.push(() => internal.close(shutdownMs));
      announce("internal port", config.internal.host, internal);
      ctx.startWork();
    }
    if (config.roles.has("api")) {
      const pages = config.http.console ? await loadConsole() : null;
      if (pages) closers.push(() => pages.close());
      const server = await listen(createPublicListener(ctx, pages), { ...config.http, setting: "PORT" });
      closers.push(() => server.close(shutdownMs));
      // Streams end by themselves only when their readers go.
      closers.push(async () => ctx.statusHub.close());
      announce("pages and API", config.http.host, server);
    }
  } catch (error) {
    await close();
    throw error;
  }
  endOnSignal(close);
}

function announce(what: string, host: string, { port }: Listening): void {
  log.info({ host, port }, `listening: ${what}`);
}

function endOnSignal(close: () => Promise<void>): void {
  let ending = false;
  const end = async (signal: NodeJS.Signals) => {
    if (ending) return;
    ending = true;
    log.info({ signal }, "finishing what is under way");
    await close();
    log.info("stopped");
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end(signal));
}
