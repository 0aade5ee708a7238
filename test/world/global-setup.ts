/** One world for all test files of this folder: a gateway takes longer to boot than most of them to run. */
import type { TestProject } from "vitest/node";
import { freePort } from "../../dev-env/src/ports.ts";
import { startWorld } from "../../dev-env/src/world.ts";
import type { WorldDescription, WorldProblem } from "../../dev-env/src/world-client.ts";
import { startCollector } from "../support/collector.ts";
import { ODD_PLUGINS } from "../support/odd-plugins/overlay.ts";

declare module "vitest" {
  interface ProvidedContext {
    world: WorldDescription | WorldProblem;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const collector = await startCollector();
  try {
    const world = await startWorld({
      gatewayOverlay: ODD_PLUGINS,
      // Healing is waited for by tests; half a minute each is for the operator's machine.
      settings: {
        // For a tenant to choose; they all are the same stand-in.
        LLM_MODELS: "echo-large",
        TIMING: JSON.stringify({
          reconcile: { sweepMs: 5_000 },
          tracing: { gatherMs: 200 },
          alerts: { everyMs: 1_000, actionMs: 3_000, gatherMs: 1_000 },
        }),
        // What is told to operators is looked at by tests, too.
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        METRICS_PORT: String(await freePort()),
        METRICS_ACCOUNTS: "1",
      },
      log: (line) => process.stdout.write(`  world: ${line}\n`),
    });
    const { url, dataDir, gateway, telegramUrl, tryItUrl, llmUrl, oidcUrl, seedUrl, env } = world;
    project.provide("world", { url, dataDir, gateway, telegramUrl, tryItUrl, llmUrl, oidcUrl, seedUrl, env });
    return async () => {
      await world.stop();
      await collector.close();
    };
  } catch (error) {
    // Thrown here, it would end the tests of the rooms as well.
    project.provide("world", { problem: error instanceof Error ? error.message : String(error) });
    return () => collector.close();
  }
}
