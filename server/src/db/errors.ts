/** Tells a database that is away (503, try again) from a query that is wrong (500, a bug). */
import { AppError } from "../errors.ts";

/** Node's words for a server that can't be reached. */
const NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
]);

/** SQLSTATEs and classes of them: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const AWAY = [
  "08", // connection exception
  "53", // out of connections, memory or disk
  "57P", // shutting down, crashed, starting up
  "57014", // a statement took longer than its timeout
  "55P03", // a lock took longer than its timeout
  "25P03", // the transaction idled too long
  "25006", // read only: a replica, while another server is promoted
];

/** pg's own errors carry no code. */
const PG_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/;

/** `error` as an AppError `database_unavailable` if the database is away; else as it was. */
export function asDatabaseError(error: unknown): unknown {
  return isAway(error) ? new AppError("database_unavailable", { cause: error }) : error;
}

function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isAway);
  const code = sqlState(error) ?? "";
  return (
    NETWORK.has(code) || AWAY.some((prefix) => code.startsWith(prefix)) || PG_MESSAGES.test(error.message)
  );
}

/** The SQLSTATE (or Node's code) of an error, or null. */
export function sqlState(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** Which unique index a query ran into, or null. */
export function violatedIndex(error: unknown): string | null {
  if (sqlState(error) !== "23505" || !(error instanceof Error)) return null;
  return "constraint" in error && typeof error.constraint === "string" ? error.constraint : null;
}
