/** Failures of what tenants and operators are alerted of. */
import { words } from "./words.ts";

export const ALERT_ERRORS = {
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
} as const;
