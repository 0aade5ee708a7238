import { type ChannelStatus, channelProblem, ERRORS, type ErrorCode } from "@cogni/contract";
import { describe, expect, test } from "vitest";
import { ApiError } from "../src/api-call.ts";
import { loginPhase } from "../src/login/login-phase.ts";
import { channel } from "./channel.ts";

const login = { qr: "data:image/png;base64,AAAA", expiresAt: "2027-01-01T00:00:00.000Z" };
const rotated = { ...login, qr: "data:image/png;base64,BBBB" };
const at = (state: ChannelStatus["state"], over: Partial<ChannelStatus> = {}) =>
  channel("qr", { state, ...over });
const offered = (code = login) => at("awaiting_scan", { login: code });
const expired = at("action_required", { problem: channelProblem("login_expired") });
const nothing = { attempt: null, codeShown: false };
const answer = {
  accountId: "tenant-acme",
  channel: offered().channel,
  status: "awaiting_scan" as const,
  displayName: null,
  error: null,
  ...login,
};
const refusal = (code: ErrorCode) => {
  const { status, title, cause, remedy, action } = ERRORS[code];
  return new ApiError(status, {
    type: code,
    title,
    status,
    detail: cause,
    code,
    cause,
    remedy,
    action,
    requestId: "r",
  });
};

describe("a dialog that asked for nothing", () => {
  test("shows the code that is on offer, whichever tab asked for it", () => {
    expect(loginPhase({ channel: offered(), ...nothing })).toEqual({ kind: "offered", login });
  });

  test("asks first, also where an earlier login has failed", () => {
    for (const before of [at("not_connected"), expired, at("connected")]) {
      expect(loginPhase({ channel: before, ...nothing })).toEqual({ kind: "asking" });
    }
  });

  test("follows the code that it showed to its end, good or bad", () => {
    const after = (now: ChannelStatus) => loginPhase({ channel: now, attempt: null, codeShown: true });
    expect(after(offered(rotated))).toEqual({ kind: "offered", login: rotated });
    expect(after(at("connecting"))).toEqual({ kind: "finishing" });
    expect(after(at("connected", { displayName: "Ada" }))).toEqual({ kind: "connected", displayName: "Ada" });
    expect(after(expired)).toEqual({ kind: "ended", problem: channelProblem("login_expired") });
    expect(after(at("not_connected"))).toEqual({ kind: "asking" });
  });
});

describe("a dialog that asked", () => {
  const asked = (seen: ChannelStatus | null, codeShown = false) =>
    loginPhase({
      channel: seen ?? expired,
      attempt: { answer, error: null, seen },
      codeShown,
    });

  test("believes no earlier state before its answer", () => {
    for (const seen of [null, expired, offered()]) {
      const attempt = { answer: null, error: null, seen };
      expect(loginPhase({ channel: expired, attempt, codeShown: false })).toEqual({ kind: "preparing" });
    }
  });

  test("shows the code of the answer until the status tells of it, then each rotation", () => {
    expect(asked(null)).toEqual({ kind: "offered", login });
    expect(asked(offered(rotated), true)).toEqual({ kind: "offered", login: rotated });
  });

  test("waits for a code that the answer did not bring", () => {
    const { qr: _qr, expiresAt: _at, ...late } = answer;
    const attempt = {
      answer: { ...late, status: "connecting" as const },
      error: null,
      seen: at("connecting"),
    };
    expect(loginPhase({ channel: at("connecting"), attempt, codeShown: false })).toEqual({
      kind: "preparing",
    });
  });

  test("tells what became of it", () => {
    expect(asked(at("connecting"), true)).toEqual({ kind: "finishing" });
    expect(asked(at("connected", { displayName: "Ada" }), true)).toMatchObject({ kind: "connected" });
    const refused = at("action_required", { problem: channelProblem("login_refused") });
    expect(asked(refused, true)).toEqual({ kind: "ended", problem: channelProblem("login_refused") });
  });

  test("tells a wish that is kept from one that was not taken", () => {
    const kinds = (["gateway_unreachable", "channel_unavailable"] as const).map((code) => {
      const attempt = { answer: null, error: refusal(code), seen: null };
      return loginPhase({ channel: at("not_connected"), attempt, codeShown: false }).kind;
    });
    expect(kinds).toEqual(["kept", "refused"]);
  });

  test("shows the code of a wish that was kept when it comes after all", () => {
    const attempt = { answer: null, error: refusal("gateway_unreachable"), seen: offered() };
    expect(loginPhase({ channel: offered(), attempt, codeShown: false })).toEqual({ kind: "offered", login });
  });
});
