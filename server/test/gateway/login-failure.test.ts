import { describe, expect, test } from "vitest";
import { GatewayRpcError } from "../../src/gateway/errors.ts";
import { failedLogin, isTellable, loginStep } from "../../src/gateway/login-failure.ts";

const PNG = "data:image/png;base64,";

/** Word for word, as the channels of openclaw 2026.9.6 and our own tell them. */
const MESSAGES: readonly (readonly [string, string])[] = [
  ["WhatsApp login failed: WebSocket Error (getaddrinfo ENOTFOUND web.whatsapp.com)", "login_unreachable"],
  ["Failed to start WhatsApp login: Error: connect ECONNREFUSED 127.0.0.1:443", "login_unreachable"],
  ["Failed to get QR: Error: Timed out waiting for WhatsApp QR", "login_unreachable"],
  ["WhatsApp login failed: Connection was lost", "login_unreachable"],
  ["WhatsApp login failed: Connection Terminated by Server", "login_unreachable"],
  ["Try it login failed: fetch failed: connect ECONNREFUSED 127.0.0.1:9.", "login_unreachable"],
  ["Try it login failed: 503 Service Unavailable.", "login_unreachable"],
  ["The login QR expired. Ask me to generate a new one.", "login_expired"],
  ["WhatsApp login failed: QR refs attempts ended", "login_expired"],
  ["The login QR expired.", "login_expired"],
  ["Try it login failed: the phone refused the login.", "login_refused"],
  [
    "WhatsApp reported the session is logged out. Cleared cached web session; please scan a new QR.",
    "login_refused",
  ],
  ["WhatsApp login failed: status=401 Unauthorized Connection Failure", "login_refused"],
  ["WhatsApp login failed: status=403 Forbidden", "login_refused"],
  ["WhatsApp login failed: existing auth could not be cleared.", "login_failed"],
  ["Failed to capture the active WhatsApp QR. Ask me to generate a new one.", "login_failed"],
  ["Failed to render the WhatsApp QR: out of memory", "login_failed"],
  ["Login ended without a connection.", "login_failed"],
  ["No active WhatsApp login in progress.", "lost"],
  ["No active Try it login in progress.", "lost"],
  ["WhatsApp login was replaced by a newer request.", "lost"],
  ["Try it login failed: another login took its place.", "lost"],
  ["WhatsApp login failed: WhatsApp login is no longer active.", "lost"],
  ["WhatsApp auth state is still stabilizing. Retry login in a moment.", "lost"],
  [
    "WhatsApp connected, but saving the linked credentials has not settled on disk yet. Retry login in a moment.",
    "lost",
  ],
  ["Still waiting for the QR scan. Let me know when you’ve scanned it.", "waiting"],
  ["Still waiting for the QR scan.", "waiting"],
  ["WhatsApp is already linked (+15550100). Say “relink” if you want a fresh QR.", "linked"],
  ["Try it is already linked. Log out first, or force a new login.", "linked"],
];

describe("what a gateway tells of a login in prose alone", () => {
  test.each(MESSAGES)("“%s” is %s", (message, meaning) => {
    const step = loginStep({ connected: false, message }, true);
    expect(step.kind === "failed" ? step.code : step.kind).toBe(meaning);
  });

  test("and in words nobody knows is a failure if it came early, and nothing new if the time was over", () => {
    const unknown = { connected: false, message: "hm" };
    expect(loginStep(unknown, true)).toEqual({ kind: "failed", code: "login_failed" });
    expect(loginStep(unknown, false)).toEqual({ kind: "waiting" });
    expect(loginStep({}, true)).toEqual({ kind: "failed", code: "login_failed" });
  });

  test("as an error is never a success, and lasts only if the same call could not do better", () => {
    const refused = (kind: GatewayRpcError["kind"], message: string) =>
      failedLogin(new GatewayRpcError(kind, "web.login.start", { cause: new Error(message) }));
    expect(refused("invalid", "web login is not supported by provider telegram")).toEqual({
      kind: "failed",
      code: "channel_unavailable",
    });
    expect(refused("unavailable", "Error: already linked")).toEqual({ kind: "failed", code: "login_failed" });
    expect(refused("unavailable", "connect ENETUNREACH")).toEqual({
      kind: "failed",
      code: "login_unreachable",
    });
    expect(refused("rate_limited", "")).toBeNull();
    expect(failedLogin(new Error("gateway_unreachable"))).toBeNull();
  });
});

describe("a code", () => {
  const code = (bytes: number) => loginStep({ qrDataUrl: PNG.padEnd(bytes, "A"), sessionKey: "s" }, true);

  test("of 10 KB is taken, one over 64 KB is none", () => {
    expect(code(10_000)).toMatchObject({ kind: "code", session: "s" });
    expect(code(64 * 1024)).toMatchObject({ kind: "code" });
    expect(code(64 * 1024 + 1)).toEqual({ kind: "failed", code: "login_failed" });
  });

  test("is a picture, and nothing that a page would fetch or run", () => {
    for (const qrDataUrl of ["https://example.org/qr.png", "data:text/html,<script>", "javascript:1", ""])
      expect(loginStep({ qrDataUrl }, true)).toEqual({ kind: "failed", code: "login_failed" });
    expect(loginStep({ qrDataUrl: "data:image/svg+xml,<svg/>" }, true)).toMatchObject({ kind: "code" });
  });

  test("is told back to the gateway only where it takes it", () => {
    expect(isTellable(PNG.padEnd(16_384, "A"))).toBe(true);
    expect(isTellable(PNG.padEnd(16_385, "A"))).toBe(false);
    expect(isTellable("data:image/svg+xml,<svg/>")).toBe(false);
  });

  test("counts for nothing once the account is linked", () => {
    expect(loginStep({ connected: true, qrDataUrl: PNG }, true)).toEqual({ kind: "linked" });
  });
});
