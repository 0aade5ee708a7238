/** The words that real channel plugins were heard to use, each as the kind of failure that it is. */
import { expect, test } from "vitest";
import { type FailureKind, failureOf } from "../../src/gateway/failure.ts";
import { accountObservationSchema } from "../../src/gateway/snapshot.ts";

test.each<[words: string, kind: FailureKind]>([
  ["Fatal gateway close code: 4004", "credential_refused"],
  ["401: Unauthorized", "credential_refused"],
  ["An API error occurred: invalid_auth", "credential_refused"],
  ["An API error occurred: token_revoked", "credential_refused"],
  ["An API error occurred: account_inactive", "credential_refused"],
  [
    "A request error occurred: fetch failed; cause: getaddrinfo ENOTFOUND slack.com; code: slack_webapi_request_error",
    "messenger_unreachable",
  ],
  ["WebSocket Error (getaddrinfo ENOTFOUND web.whatsapp.com)", "messenger_unreachable"],
])("%s is %s", (lastError, kind) => {
  expect(failureOf(accountObservationSchema.parse({ lastError }))?.kind).toBe(kind);
});
