/** Failures of the state of a channel, and the login that leads to it. */
import { words } from "./words.ts";

export const CHANNEL_ERRORS = {
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
} as const;
