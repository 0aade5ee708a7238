/**
 * What a gateway's account row says went wrong, as a kind we have words for. The gateway tells causes in prose only;
 * the patterns below are what its channels have in common (HTTP statuses, network error codes), not any channel's own.
 */
import type { AccountObservation } from "./snapshot.ts";

export type FailureKind =
  | "credential_refused"
  | "webhook_elsewhere"
  | "conflict_elsewhere"
  | "logged_out"
  | "secret_unavailable"
  | "messenger_unreachable"
  | "failed";

export interface Failure {
  readonly kind: FailureKind;
  /** The gateway has given up on the account. */
  readonly terminal: boolean;
}

/** First match wins: a refusal often quotes a status and a network word at once. */
const PATTERNS: readonly (readonly [FailureKind, RegExp])[] = [
  [
    "secret_unavailable",
    /secret ?ref|secret .*unavailable|unresolved secret|credential file is unavailable/i,
  ],
  ["logged_out", /logged ?out/i],
  // Also a conflict, whose text may go on to recommend a webhook.
  ["webhook_elsewhere", /webhook is (?:active|set)|by set_?webhook/i],
  ["conflict_elsewhere", /\b409\b|\bconflict\b|terminated by other|duplicate .*token/i],
  [
    "credential_refused",
    /\b401\b|unauthori[sz]ed|\b404\b[^\d]*not found|^not found\b|invalid[_ ](?:bot |app )?(?:token|auth)|(?:token|account)[_ ](?:revoked|expired|inactive)|authentication failed|close code:? 4004\b/i,
  ],
  [
    "messenger_unreachable",
    /ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|socket hang up|network|fetch failed|timed? ?out|\b429\b|too many requests|\b5\d\d\b/i,
  ],
];

/** Null for an account that nothing is known to be wrong with. */
export function failureOf(row: AccountObservation): Failure | null {
  const terminal =
    row.terminalDisconnect || row.lifecycle === "blocked" || row.healthState === "terminal-disconnect";
  const text = [row.lastError, row.stateReason].filter(Boolean).join(" ");
  const kind = PATTERNS.find(([, pattern]) => pattern.test(text))?.[0];
  if (kind) return { kind, terminal };
  return terminal || text ? { kind: "failed", terminal } : null;
}
