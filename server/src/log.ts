/**
 * Structured logs, one JSON line each, on standard output. Redaction here is the second line: credentials travel as
 * `Secret`, and nothing logs a body.
 */
import { type DestinationStream, type Logger, pino } from "pino";
import { traceOfLog } from "./telemetry/trace.ts";

export type { Logger } from "pino";

const NEVER_LOGGED = ["authorization", "cookie", "credential", "credentials", "password", "token"];

/** @param destination standard output unless a test listens */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    mixin: traceOfLog,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: NEVER_LOGGED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[secret]" },
  };
  return destination ? pino(options, destination) : pino(options);
}
