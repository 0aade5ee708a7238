/**
 * Starts the control plane: settings, context, ports, and an orderly end at SIGTERM or SIGINT. No rules in here; in which
 * order it ends is in closing.ts. It exits with 0 when it ended in order, 1 when it could not start, 2 when the time was
 * over and something had to be cut, and with 128 and the signal's number when it was told a second time.
 */
import { constants } from "node:os";
import { readConfig } from "../src/config.ts";
import { type Context, createContext } from "../src/context.ts";
import { createInternalListener } from "../src/http/internal.ts";
import { type Listening, listen } from "../src/http/listen.ts";
import { createMetricsListener } from "../src/http/metrics.ts";
import { loadConsole } from "../src/http/pages.ts";
import { withProbes } from "../src/http/probes.ts";
import { createPublicListener } from "../src/http/server.ts";
import { createLogger, type Logger } from "../src/log.ts";

const EXIT = { notStarted: 1, cut: 2, signal: 128 } as const;

let log: Logger = createLogger("info");
try {
  await serve();
} catch (error) {
  log.fatal({ err: error }, error instanceof Error ? error.message : "start-up failed");
  process.exitCode = EXIT.notStarted;
}

async function serve(): Promise<void> {
  const config = readConfig();
  log = createLogger(config.logLevel);
  const ctx = await createContext(config, log);
  const { closing } = ctx;
  try {
    if (config.metrics.endpoint) {
      const { endpoint } = config.metrics;
      const metrics = await listen(createMetricsListener(ctx), { ...endpoint, setting: "METRICS_PORT" });
      closing.add("background", "metrics port", metrics.close);
      announce("metrics", endpoint.host, metrics);
    }
    if (config.roles.has("worker")) {
      // Before anything that needs a gateway: one that boots meanwhile finds its secrets.
      const internal = await listen(createInternalListener(ctx), {
        ...config.internal,
        setting: "INTERNAL_PORT",
      });
      closing.add("gateways", "internal port", internal.close);
      announce("internal port", config.internal.host, internal);
      ctx.startWork();
    }
    if (ctx.llmRole && config.llmRole) {
      const listener = withProbes(ctx, ctx.llmRole.listener);
      const llm = await listen(listener, { ...config.llmRole, setting: "LLM_PORT" });
      closing.onBegin(llm.drain);
      // Gateways answer their people to the end.
      closing.add("gateways", "LLM port", llm.close);
      ctx.llmRole.start();
      announce("LLM calls", config.llmRole.host, llm);
    }
    if (config.roles.has("api")) {
      const pages = config.http.console ? await loadConsole() : null;
      if (pages) closing.add("background", "pages", pages.close);
      const server = await listen(createPublicListener(ctx, pages), { ...config.http, setting: "PORT" });
      closing.onBegin(server.drain);
      closing.add("requests", "requests", server.close);
      announce("pages and API", config.http.host, server);
    }
  } catch (error) {
    await ctx.close();
    throw error;
  }
  endOnSignal(ctx);
}

function announce(what: string, host: string, { port }: Listening): void {
  log.info({ host, port }, `listening: ${what}`);
}

function endOnSignal({ closing, config }: Context): void {
  const end = async (signal: NodeJS.Signals) => {
    if (closing.since()) {
      log.warn({ signal }, "told a second time: ending at once");
      process.exit(EXIT.signal + constants.signals[signal]);
    }
    log.info({ signal, ...config.shutdown }, "finishing what is under way");
    const cut = await closing.run(config.shutdown);
    log[cut.length > 0 ? "error" : "info"]({ cut }, "stopped");
    // What was cut may still hold the process.
    if (cut.length > 0) process.exit(EXIT.cut);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end(signal));
}
