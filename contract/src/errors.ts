/**
 * Every failure a caller can meet: its code, HTTP status and words. The API, the page, the log and `docs/errors.md`
 * all read them here, so that the same failure is told in the same words everywhere.
 */
import { z } from "zod";

/** What a person can do about a problem; the console draws each as a button, or as no button (`none`, `wait`). */
export const problemActionSchema = z.enum([
  "none",
  "wait",
  "retry",
  "fix_request",
  "sign_in",
  "replace_credential",
  "scan_again",
  "contact_operator",
]);
export type ProblemAction = z.infer<typeof problemActionSchema>;

interface ErrorWords {
  /** HTTP status when the code is an answer of its own; 200 when it only ever stands inside a channel's state. */
  readonly status: number;
  readonly title: string;
  /** What happened, in a sentence that makes sense to a tenant's admin. */
  readonly cause: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly action: ProblemAction;
}

const words = (
  status: number,
  title: string,
  cause: string,
  remedy: string,
  action: ProblemAction,
): ErrorWords => ({ status, title, cause, remedy, action });

export const ERRORS = {
  unauthenticated: words(
    401,
    "Not signed in",
    "The request carries no valid session or API key.",
    "Sign in, or send an API key as “Authorization: Bearer …”.",
    "sign_in",
  ),
  forbidden: words(
    403,
    "Not allowed",
    "You are known, but may not do this.",
    "Ask someone with the right role, or use a key that has the scope.",
    "none",
  ),
  tenant_suspended: words(
    403,
    "Account suspended",
    "Your operator has suspended this account. Its channels are off; nothing of it was removed.",
    "Ask your operator. Everything comes back by itself when the suspension ends.",
    "contact_operator",
  ),
  tenant_deleting: words(
    409,
    "Being deleted",
    "This account is being deleted. That can't be undone.",
    "Wait until it is gone; an id that was used once can't be used again.",
    "none",
  ),
  unknown_tenant: words(
    404,
    "Unknown account",
    "There is no account of that id.",
    "Check the id against the list of accounts.",
    "fix_request",
  ),
  not_found: words(
    404,
    "Not found",
    "There is nothing at this address.",
    "Check the address.",
    "fix_request",
  ),
  method_not_allowed: words(
    405,
    "Method not allowed",
    "This address does not answer that method.",
    "Use a method the API reference lists.",
    "fix_request",
  ),
  unknown_channel: words(
    400,
    "Unknown channel",
    "The gateway offers no channel of that name.",
    "Use a channel that GET /api/v1/channels/status lists.",
    "fix_request",
  ),
  invalid_request: words(
    400,
    "Invalid request",
    "Some fields are missing, malformed or not known.",
    "Correct every field named in “errors” and send the request again.",
    "fix_request",
  ),
  unsupported_media_type: words(
    415,
    "Unsupported media type",
    "The body is not JSON.",
    "Send the body as application/json.",
    "fix_request",
  ),
  payload_too_large: words(
    413,
    "Request too large",
    "The body is over the limit of 64 KB.",
    "Send a smaller body.",
    "fix_request",
  ),
  credential_claimed: words(
    409,
    "Credential in use",
    "This credential already connects another account here.",
    "Disconnect it there first, or create a new bot with a credential of its own.",
    "replace_credential",
  ),
  unknown_sender: words(
    404,
    "Nobody waits",
    "Nobody of that name waits to be let in to this channel.",
    "Look at the list again: someone may have decided already, or everyone may write.",
    "none",
  ),
  superseded: words(
    409,
    "Overtaken",
    "A later request wished otherwise for this channel before this one was done.",
    "Look at the channel's state, and send the request again if you still want it.",
    "none",
  ),
  agent_changed: words(
    409,
    "Changed meanwhile",
    "Someone changed the agent's settings after you had read them. Yours were not saved.",
    "Load the settings again, and make your change to those.",
    "none",
  ),
  limits_changed: words(
    409,
    "Changed meanwhile",
    "Someone changed the limits after you had read them. Yours were not saved.",
    "Load the limits again, and make your change to those.",
    "none",
  ),
  link_invalid: words(
    400,
    "Link no longer valid",
    "This link was used already, is too old, or was followed by a newer one.",
    "Use the newest link that was sent to you, or ask for another one.",
    "fix_request",
  ),
  rate_limited: words(
    429,
    "Too many requests",
    "You have asked more often than the limit allows.",
    "Wait a moment, then try again.",
    "wait",
  ),
  channel_unavailable: words(
    503,
    "Channel unavailable",
    "The gateway cannot run this channel at the moment.",
    "Try again later; the operator has been told.",
    "retry",
  ),
  channel_installing: words(
    503,
    "Channel being set up",
    "This channel is still being set up.",
    "Nothing to do: it can be connected in a few minutes.",
    "wait",
  ),
  database_unavailable: words(
    503,
    "Temporarily unavailable",
    "Our database does not answer.",
    "Try again in a moment. Nothing was lost.",
    "retry",
  ),
  upgrading: words(
    503,
    "Being upgraded",
    "This installation is just being brought to a newer version.",
    "Try again in a moment. What is connected stays connected.",
    "retry",
  ),
  gateway_unreachable: words(
    502,
    "Gateway unreachable",
    "The messenger gateway does not answer.",
    "Nothing to do: your wish is kept and carried out as soon as the gateway is back.",
    "wait",
  ),
  gateway_timeout: words(
    504,
    "Gateway timed out",
    "The messenger gateway took too long to answer.",
    "Nothing to do: your wish is kept, and the state shows its outcome.",
    "wait",
  ),
  internal_error: words(
    500,
    "Internal error",
    "Something went wrong on our side.",
    "Try again; if it happens again, tell the operator the request id.",
    "contact_operator",
  ),
  credential_refused: words(
    200,
    "Credential refused",
    "The messenger refused this credential: it is wrong or was revoked, or its bot was deleted.",
    "Copy the credential again from the messenger, in full, or create a new one there, and replace it here.",
    "replace_credential",
  ),
  credential_unreadable: words(
    200,
    "Credential unreadable",
    "The stored credential can no longer be opened.",
    "Enter the credential again.",
    "replace_credential",
  ),
  conflict_elsewhere: words(
    200,
    "In use elsewhere",
    "Another program receives this bot's messages.",
    "Stop the other program, or replace the credential at the messenger and here.",
    "replace_credential",
  ),
  webhook_elsewhere: words(
    200,
    "Webhook set elsewhere",
    "Another program has this bot's messages sent to a webhook of its own.",
    "Stop that program from setting the webhook: the account comes back by itself. Or replace the credential.",
    "replace_credential",
  ),
  logged_out: words(
    200,
    "Logged out",
    "The messenger ended this session: it was logged out on the phone, or replaced there.",
    "Connect again.",
    "scan_again",
  ),
  login_expired: words(
    200,
    "Code expired",
    "Nobody scanned the code in time.",
    "Ask for a fresh code and scan it with the phone.",
    "scan_again",
  ),
  login_refused: words(
    200,
    "Login refused",
    "The messenger or the person at the phone refused this login.",
    "Ask for a fresh code and confirm the login on the phone.",
    "scan_again",
  ),
  login_unreachable: words(
    200,
    "No code to be had",
    "The gateway could not reach the messenger to log in there.",
    "Ask for a fresh code in a few minutes; if it keeps failing, tell the operator.",
    "scan_again",
  ),
  login_failed: words(
    200,
    "Login failed",
    "The messenger did not complete the login.",
    "Ask for a fresh code in a moment; if it keeps failing, tell the operator.",
    "scan_again",
  ),
  messenger_unreachable: words(
    200,
    "Messenger unreachable",
    "The gateway cannot reach the messenger's servers.",
    "Nothing to do: the gateway keeps trying.",
    "wait",
  ),
  connection_unsteady: words(
    200,
    "Connection unsteady",
    "The connection to the messenger came and went several times in a row.",
    "Nothing to do: it counts as connected again once it has held for a while.",
    "wait",
  ),
  account_failed: words(
    200,
    "Connection stopped",
    "The messenger connection stopped and will not come back by itself.",
    "Connect again with the same or a new credential; if it keeps failing, tell the operator.",
    "replace_credential",
  ),
  account_down: words(
    200,
    "Connection lost",
    "The connection to the messenger was lost.",
    "Nothing to do: the gateway keeps trying.",
    "wait",
  ),
  credential_expiring: words(
    200,
    "Credential ends soon",
    "The messenger will stop accepting this credential soon.",
    "Get a new credential from the messenger, and replace it here before that day.",
    "replace_credential",
  ),
  key_expiring: words(
    200,
    "API key ends soon",
    "An API key ends soon, and what uses it will be refused from then on.",
    "Rotate the key, or let it end if nobody uses it any more.",
    "fix_request",
  ),
  webhook_paused: words(
    200,
    "Webhook endpoint paused",
    "A webhook endpoint takes nothing any more, and was paused. What happens meanwhile waits for it.",
    "Look at its log, mend what takes the messages, and resume it; or delete the endpoint.",
    "fix_request",
  ),
  budget_near: words(
    200,
    "Budget nearly used",
    "Four fifths of what the agent may use are used.",
    "Raise the limit if that is too soon. It begins anew with the next day or month.",
    "wait",
  ),
  budget_reached: words(
    200,
    "Budget used up",
    "The agent has used what it may: people get your own sentence instead of answers.",
    "Raise the limit, or wait: it begins anew with the next day or month.",
    "fix_request",
  ),
  gateway_down: words(
    200,
    "Gateway down",
    "The gateway does not answer: every channel on it is off the air.",
    "Look at the gateway's process and its log, and at the control plane's for why it is not used.",
    "fix_request",
  ),
  channel_outage: words(
    200,
    "Channel down for many",
    "Half or more of this channel's accounts are down.",
    "Look at the messenger's status page, and whether the gateway's host reaches it.",
    "wait",
  ),
  leftovers_waiting: words(
    200,
    "Accounts without an owner",
    "The gateway runs accounts that nobody here registered, more than are stopped unasked.",
    "Check that this is the right database for this gateway before anything is removed.",
    "fix_request",
  ),
  credentials_unreadable: words(
    200,
    "Credentials can't be opened",
    "Stored credentials can't be opened with the keys that are set.",
    "Put the key that sealed them into CHANNEL_ENCRYPTION_KEYS_PREVIOUS; without it, tenants have to enter them again.",
    "fix_request",
  ),
  mail_undeliverable: words(
    200,
    "Mail does not get away",
    "The mail server does not take mails. They are kept, and sent when it does.",
    "Look at SMTP_URL, and at the mail server.",
    "fix_request",
  ),
  unknown_alert: words(
    404,
    "No such alert",
    "There is no open alert of that id.",
    "Look at the list again: it may be over already.",
    "none",
  ),
  unknown_key: words(
    400,
    "Unknown key",
    "There is no such API key, or it has ended already.",
    "Look at the list of keys for those that live.",
    "fix_request",
  ),
  too_many_keys: words(
    409,
    "Too many keys",
    "The tenant has as many API keys as it may have.",
    "Revoke keys that nobody uses.",
    "fix_request",
  ),
  unknown_webhook: words(
    404,
    "Unknown endpoint",
    "There is no such webhook endpoint; it may have been deleted.",
    "Look at the list of endpoints.",
    "fix_request",
  ),
  too_many_webhooks: words(
    409,
    "Too many endpoints",
    "The tenant has as many webhook endpoints as it may have.",
    "Delete endpoints that nobody uses.",
    "fix_request",
  ),
  unknown_delivery: words(
    404,
    "Unknown delivery",
    "There is no such delivery; it may be older than the log is kept.",
    "Look at the log of deliveries.",
    "fix_request",
  ),
  unknown_member: words(
    404,
    "No member",
    "There is nobody of that id among the tenant's members.",
    "Look at the list of members again: they may have left already.",
    "fix_request",
  ),
  already_member: words(
    409,
    "Member already",
    "Whoever has that address is a member already.",
    "Change their role instead.",
    "fix_request",
  ),
  last_owner: words(
    409,
    "Last owner",
    "The tenant has no other owner, and can't be without one.",
    "Make someone else an owner first.",
    "fix_request",
  ),
  too_many_invitations: words(
    409,
    "Too many invitations",
    "The tenant has as many open invitations as it may have.",
    "Revoke those that nobody will accept.",
    "fix_request",
  ),
  invitation_ended: words(
    410,
    "Invitation no longer valid",
    "This invitation was accepted or revoked already, is too old, or was followed by a newer one.",
    "Use the newest link that was sent to you, or ask for another one.",
    "fix_request",
  ),
  invitation_for_another: words(
    403,
    "Invitation for someone else",
    "This invitation is for another address than the one you are signed in with.",
    "Sign out, and open the link again.",
    "none",
  ),
  link_ended: words(
    410,
    "Link has ended",
    "This link was opened already, was revoked or is too old.",
    "Go back to where you got it, and ask for a new one there.",
    "none",
  ),
  wallet_unproven: words(
    400,
    "Wallet not proven",
    "The signature does not prove the wallet: the message is too old, was used already, or was signed by another.",
    "Ask for a new message, and sign it with the wallet that is to be added.",
    "fix_request",
  ),
  wallet_taken: words(
    409,
    "Wallet taken",
    "This wallet already signs someone else in.",
    "Use another wallet, or remove it from the other account first.",
    "fix_request",
  ),
  wallet_chain: words(
    400,
    "Wrong network",
    "The wallet is on a network that is not accepted here.",
    "Switch the wallet to another network, and try again.",
    "fix_request",
  ),
  wallets_off: words(
    403,
    "Wallets are off",
    "This installation takes no wallets.",
    "Sign in another way.",
    "none",
  ),
  last_way_in: words(
    409,
    "Last way in",
    "Without this wallet there would be no way left to sign in.",
    "Add another wallet or set a password first.",
    "fix_request",
  ),
  tenant_exists: words(
    409,
    "Tenant exists",
    "There is already a tenant of that id.",
    "Choose another id.",
    "fix_request",
  ),
  unknown_gateway: words(
    404,
    "Unknown gateway",
    "There is no gateway of that id.",
    "Use one that GET /api/v1/operator/gateways lists.",
    "fix_request",
  ),
  database_outdated: words(
    500,
    "Database too old",
    "The PostgreSQL server is older than this program supports.",
    "Upgrade it to PostgreSQL 15 or later.",
    "contact_operator",
  ),
  schema_newer: words(
    500,
    "Schema is newer",
    "A later version of this program has already changed the database.",
    "Start that version, or restore a backup from before the upgrade.",
    "contact_operator",
  ),
  database_role_privileged: words(
    500,
    "Database role too powerful",
    "The database user of the API could see past the wall between tenants.",
    "Name a user without privileges in DATABASE_URL, unlike those of the other two database settings.",
    "contact_operator",
  ),
  encryption_key_missing: words(
    500,
    "Encryption key missing",
    "Stored credentials were sealed with an encryption key that is not set.",
    "Put that key into CHANNEL_ENCRYPTION_KEYS_PREVIOUS; if it is lost, run “npm run ops -- credentials forget”.",
    "contact_operator",
  ),
} as const satisfies Record<string, ErrorWords>;

export type ErrorCode = keyof typeof ERRORS;
export const errorCodes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];
export const errorCodeSchema = z.enum(errorCodes);

/** Why a channel is not well, as it stands in its state. */
export const channelProblemSchema = z.object({
  code: errorCodeSchema,
  cause: z.string(),
  remedy: z.string(),
  action: problemActionSchema,
});
export type ChannelProblem = z.infer<typeof channelProblemSchema>;

/** One thing wrong with a request; `path` is dotted, empty for the body as a whole. */
export const fieldErrorSchema = z.object({ path: z.string(), message: z.string() });
export type FieldError = z.infer<typeof fieldErrorSchema>;

/** RFC 9457 problem details, the body of every answer that is not 2xx. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  code: errorCodeSchema,
  cause: z.string(),
  remedy: z.string(),
  action: problemActionSchema,
  requestId: z.string(),
  errors: z.array(fieldErrorSchema).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export function channelProblem(code: ErrorCode): ChannelProblem {
  const { cause, remedy, action } = ERRORS[code];
  return { code, cause, remedy, action };
}
