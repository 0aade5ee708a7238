/** When a test of the shared world fails: what the gateway complained of meanwhile, which no assertion can say. */
import { beforeEach, inject } from "vitest";
import { gatewayLog } from "./gateway.ts";

const MAX_LINES = 40;
/** Said of every account at every start, of no use to anybody. */
const NOISE = /conflicts with an existing Telegram command/;

beforeEach(({ task, onTestFailed }) => {
  const since = Date.now();
  onTestFailed(() => {
    const world = inject("world");
    if ("problem" in world) return;
    const complaints = gatewayLog(world, since).filter(({ line }) => isComplaint(line) && !NOISE.test(line));
    const shown = complaints
      .slice(-MAX_LINES)
      .map(({ at, message }) => `    ${new Date(at).toISOString()} ${message}`);
    process.stdout.write(
      `  the gateway's complaints during “${task.name}” (${complaints.length}, the last ${shown.length}):\n${shown.join("\n")}\n`,
    );
  });
});

const isComplaint = (line: string): boolean => /"logLevelName":"(WARN|ERROR|FATAL)"/.test(line);
