/** The operator's command line: `npm run ops -- --help`. */
import { ConfigError, readConfig } from "../src/config.ts";
import { createLogger } from "../src/log.ts";
import { progressLine } from "../src/ops/progress.ts";
import { runOps } from "../src/ops/run.ts";

const progress = progressLine(process.stderr);
const afterProgress = (print: (line: string) => void) => (line: string) => {
  progress.clear();
  print(line);
};

try {
  process.exitCode = await runOps(process.argv.slice(2), {
    config: readConfig,
    // Standard output is the command's own.
    log: createLogger("warn", process.stderr),
    out: afterProgress(console.log),
    err: afterProgress(console.error),
    progress: progress.show,
  });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
