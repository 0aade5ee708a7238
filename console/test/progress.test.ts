import { channelProblem, ERRORS, type ErrorCode } from "@cogni/contract";
import { expect, test } from "vitest";
import { ApiError } from "../src/api-call.ts";
import { fieldErrors } from "../src/channels/field-errors.ts";
import { progressOf } from "../src/channels/progress.ts";
import { channel } from "./channel.ts";

const telegram = channel("telegram", { state: "connecting" });
const answer = (status: "connected" | "connecting" | "failed") => ({
  accountId: "tenant-acme",
  channel: telegram.channel,
  status,
  displayName: null,
  error: status === "failed" ? channelProblem("credential_refused") : null,
});
const refusal = (code: ErrorCode, errors?: { path: string; message: string }[]) => {
  const { status, title, cause, remedy, action } = ERRORS[code];
  const words = { type: code, title, status, detail: cause, code, cause, remedy, action, requestId: "r" };
  return new ApiError(status, errors ? { ...words, errors } : words);
};
const field = (name: string, secret = true) => ({
  name,
  label: name,
  help: null,
  placeholder: null,
  secret,
  required: true,
});

test("no step is ticked before something was seen", () => {
  expect(progressOf({ answer: null, error: null, seen: null })).toEqual({ kind: "underway", done: 0 });
});

test("a connection that is being replaced is not taken for the new one", () => {
  const old = channel("telegram", { state: "connected", displayName: "@old_bot" });
  expect(progressOf({ answer: null, error: null, seen: old })).toEqual({ kind: "underway", done: 0 });
  const broken = channel("telegram", { state: "action_required", problem: channelProblem("logged_out") });
  expect(progressOf({ answer: null, error: null, seen: broken })).toEqual({ kind: "underway", done: 0 });
});

test("steps follow what the status shows while the answer is awaited", () => {
  const configured = { ...telegram, status: { ...telegram.status, configured: true } };
  const loggedIn = { ...telegram, status: { ...configured.status, connected: true } };
  const done = [telegram, configured, loggedIn].map((seen) =>
    progressOf({ answer: null, error: null, seen }),
  );
  expect(done).toEqual([1, 2, 3].map((count) => ({ kind: "underway", done: count })));
});

test("an answer that came too early is settled by the status, for good or ill", () => {
  const up = channel("telegram", { state: "connected", displayName: "@acme_bot" });
  expect(progressOf({ answer: answer("connecting"), error: null, seen: up })).toEqual({
    kind: "connected",
    displayName: "@acme_bot",
  });
  const problem = channelProblem("credential_refused");
  const down = channel("telegram", { state: "action_required", problem });
  expect(progressOf({ answer: answer("connecting"), error: null, seen: down })).toEqual({
    kind: "failed",
    problem,
  });
});

test("a wish that was kept for later ends with what became of it", () => {
  const error = refusal("gateway_unreachable");
  expect(progressOf({ answer: null, error, seen: null })).toEqual({ kind: "kept", error });
  expect(progressOf({ answer: null, error, seen: telegram })).toEqual({ kind: "kept", error });
  const up = channel("telegram", { state: "connected", displayName: "@acme_bot" });
  expect(progressOf({ answer: null, error, seen: up })).toMatchObject({ kind: "connected" });
});

test("a name that arrives after the connection is shown when it comes", () => {
  const named = channel("telegram", { state: "connected", displayName: "@acme_bot" });
  expect(progressOf({ answer: answer("connected"), error: null, seen: null })).toMatchObject({
    displayName: null,
  });
  expect(progressOf({ answer: answer("connected"), error: null, seen: named })).toMatchObject({
    displayName: "@acme_bot",
  });
});

test("a wish that the API keeps is not drawn as a mistake, and a limit is", () => {
  const kinds = (
    ["gateway_unreachable", "gateway_timeout", "rate_limited", "credential_claimed"] as const
  ).map((code) => progressOf({ answer: null, error: refusal(code), seen: null }).kind);
  expect(kinds).toEqual(["kept", "kept", "refused", "refused"]);
});

const said = ({ code }: { code: ErrorCode }) => `${code}, in the page's words`;

test("a refusal stands beside the field it speaks of, or beside the first secret one", () => {
  const fields = [field("appId", false), field("botToken"), field("appToken")];
  const named = refusal("invalid_request", [
    { path: "credentials.appToken", message: "must be at most 4 KB" },
  ]);
  expect(fieldErrors({ kind: "refused", error: named }, fields, said)).toEqual({
    appToken: "appToken must be at most 4 KB.",
  });
  const claimed = fieldErrors({ kind: "refused", error: refusal("credential_claimed") }, fields, said);
  expect(claimed).toEqual({ botToken: "credential_claimed, in the page's words" });
});

test("what no field caused is left to be drawn above the form", () => {
  expect(fieldErrors({ kind: "refused", error: refusal("rate_limited") }, [field("botToken")], said)).toEqual(
    {},
  );
  expect(fieldErrors({ kind: "refused", error: new ApiError(0, null) }, [field("botToken")], said)).toEqual(
    {},
  );
});
