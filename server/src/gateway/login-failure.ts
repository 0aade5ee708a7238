/**
 * What the gateway's answers about a login by QR mean. It tells failures in prose only, as answers that look like any
 * other; the table below is the one place where that prose becomes a code we have words for. Pure.
 */
import { GatewayRpcError } from "./errors.ts";
import type { WebLogin } from "./protocol.ts";

/** Why a login came to nothing, as a tenant is told. */
export type LoginFailure =
  | "login_expired"
  | "login_refused"
  | "login_failed"
  | "login_unreachable"
  | "channel_unavailable";

export type LoginStep =
  /** A code to scan; `session` is the gateway's name for the login, where it has one. */
  | { readonly kind: "code"; readonly qr: string; readonly session: string | null }
  /** Scanned: the account is linked to a session at the messenger. */
  | { readonly kind: "linked" }
  /** Nothing has happened yet. */
  | { readonly kind: "waiting" }
  /** The gateway has no such login, or asks to try again in a moment: it has to be begun anew. */
  | { readonly kind: "lost" }
  | { readonly kind: "failed"; readonly code: LoginFailure };

type Meaning = "linked" | "waiting" | "lost" | LoginFailure;

/** First match wins: a failure often quotes what was expected of the person, too. */
const MEANINGS: readonly (readonly [Meaning, RegExp])[] = [
  ["linked", /\balready (?:linked|connected|logged in)\b|recovered the existing/i],
  ["waiting", /\bstill waiting\b|\bwaiting for (?:the |a )?(?:qr|scan)|not (?:been )?scanned yet/i],
  [
    "lost",
    /\bno (?:active|pending|current)\b.*\blogin\b|\blogin\b.*\bnot (?:found|active|started)\b|replaced by a newer|took its place|no longer active|still stabili[sz]ing|retry login in a moment/i,
  ],
  [
    "login_unreachable",
    /ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|ENETUNREACH|EHOSTUNREACH|socket hang up|websocket error|connection (?:was )?(?:lost|closed|terminated)|network|fetch failed|waiting for .*\bqr\b|opening handshake|\b5\d\d\b|\b429\b|too many requests/i,
  ],
  ["login_expired", /\bexpired?\b|qr refs attempts ended|too late|timed? ?out|\b408\b/i],
  [
    "login_refused",
    /\b401\b|\b403\b|logged ?out|unauthori[sz]ed|refused|rejected|declined|denied|cancel+ed|not allowed|banned/i,
  ],
  ["channel_unavailable", /not supported|provider is not available|not installed|plugin .*missing/i],
];

/** A code larger than this is none: ten times of what a phone could read. */
const MAX_CODE_BYTES = 64 * 1024;

/**
 * @param early whether the answer came well before the time it was given: one that has run out tells nothing new
 */
export function loginStep(answer: WebLogin, early: boolean): LoginStep {
  if (answer.connected) return { kind: "linked" };
  if (answer.qrDataUrl !== undefined) return codeStep(answer.qrDataUrl, answer.sessionKey ?? null);
  const meaning = meaningOf(answer.message ?? "") ?? (early ? "login_failed" : "waiting");
  return meaning === "linked" || meaning === "waiting" || meaning === "lost"
    ? { kind: meaning }
    : { kind: "failed", code: meaning };
}

/** The gateway refused the call, or the channel threw. Null: an error of another kind, which the same call may survive. */
export function failedLogin(error: unknown): LoginStep | null {
  if (!(error instanceof GatewayRpcError) || error.kind === "rate_limited") return null;
  const text = error.cause instanceof Error ? error.cause.message : "";
  const meaning = meaningOf(text);
  if (meaning === "lost") return { kind: "lost" };
  const isCode = meaning !== null && meaning !== "linked" && meaning !== "waiting";
  return { kind: "failed", code: isCode ? meaning : "login_failed" };
}

function codeStep(qr: string, session: string | null): LoginStep {
  const isCode = /^data:image\/[a-z+.-]+[;,]/.test(qr) && Buffer.byteLength(qr) <= MAX_CODE_BYTES;
  return isCode ? { kind: "code", qr, session } : { kind: "failed", code: "login_failed" };
}

function meaningOf(message: string): Meaning | null {
  return MEANINGS.find(([, pattern]) => pattern.test(message))?.[0] ?? null;
}

/** What a wait may tell the gateway of the code it has; it takes no other (openclaw 2026.9.6). */
export function isTellable(qr: string): boolean {
  return qr.startsWith("data:image/png;base64,") && qr.length <= 16_384;
}
