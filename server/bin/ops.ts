/** The operator's command line: `npm run ops -- --help`. */
import { ConfigError, readConfig } from "../src/config.ts";
import { createLogger } from "../src/log.ts";
import { runOps } from "../src/ops/run.ts";

try {
  process.exitCode = await runOps(process.argv.slice(2), {
    config: readConfig,
    // Standard output is the command's own.
    log: createLogger("warn", process.stderr),
    out: console.log,
    err: console.error,
  });
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
