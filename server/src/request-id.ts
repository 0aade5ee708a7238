/** The id by which a request is found in our log, in the audit and in the bill. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Long enough to be unique, and nothing that could break out of a log line or a header. */
const WELL_FORMED_ID = /^[A-Za-z0-9._-]{8,128}$/;

/** The caller's own id where it is well-formed, so that one id runs through both their logs and ours. */
export function requestIdOf(incoming: IncomingMessage): string {
  const given = incoming.headers["x-request-id"];
  return typeof given === "string" && WELL_FORMED_ID.test(given) ? given : randomUUID();
}
