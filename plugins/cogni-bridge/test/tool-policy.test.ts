import { describe, expect, test } from "vitest";
import { refusal } from "../src/tool-policy.ts";

const BETA = {
  agentId: "tenant-beta",
  sessionKey: "agent:tenant-beta:telegram:tenant-beta:direct:777",
  sessionId: "0b7a",
};
const ACME_SESSION = "agent:tenant-acme:telegram:tenant-acme:direct:555";

describe("a tool call that names nothing foreign is let through", () => {
  test.each([
    { action: "send", message: "hello" },
    { action: "send", channel: "telegram", accountId: "tenant-beta", target: "777", message: "hello" },
    { action: "react", messageId: 12, emoji: "👍", remove: false },
    { action: "send", message: "tenant-acme and agent:tenant-acme:main are only words here" },
    { action: "send", media: "https://example.org/cat.png", caption: "a tenant-friendly cat" },
    { sessionKey: BETA.sessionKey, message: "hello" },
    { sessionKey: "current" },
    { sessionId: "0b7a" },
    {},
  ])("%j", (params) => {
    expect(refusal(params, BETA)).toBeNull();
  });
});

describe("a tool call that names another account, session or agent is refused, whatever the parameter's shape", () => {
  test.each([
    { action: "send", accountId: "tenant-acme", target: "555", message: "hello" },
    { action: "send", account_id: "tenant-acme", message: "hello" },
    { action: "send", AccountID: "TENANT-ACME", message: "hello" },
    { action: "send", accountId: ["tenant-beta", "tenant-acme"] },
    { action: "send", accountId: { id: "tenant-acme" } },
    { action: "send", accountId: "default", message: "hello" },
    { action: "send", accountId: 7, message: "hello" },
    { action: "send", target: "telegram:tenant-acme:555", message: "hello" },
    { action: "send", targets: ["777", "tenant-acme/555"] },
    { action: "send", to: ACME_SESSION },
    { action: "send", delivery: { via: { account: "tenant-acme" } } },
    { sessionKey: ACME_SESSION, message: "hello" },
    { session_key: "agent:tenant-acme:main" },
    { sessionKey: "main" },
    { sessionId: "ffff" },
    { sessions: [{ key: ACME_SESSION }] },
    { parentSessionKey: ACME_SESSION },
    { label: "support", message: "hello" },
    { agentId: "tenant-acme", message: "hello" },
    { agent: "nobody", message: "hello" },
    { agentId: "tenant-beta2", message: "hello" },
    { note: { deep: [{ agentIds: ["tenant-acme"] }] } },
  ])("%j", (params) => {
    expect(refusal(params, BETA)).toEqual(expect.any(String));
  });
});

describe("a tool call that reaches past the gateway's walls is refused", () => {
  test.each([
    { action: "send", gatewayUrl: "ws://127.0.0.1:18789", message: "hello" },
    { action: "send", gateway_token: "x", message: "hello" },
    { action: "send", media: "/data/state/openclaw.json" },
    { action: "send", attachments: [{ media: "file:///etc/passwd" }] },
    { action: "send", filePath: "../openclaw.json" },
  ])("%j", (params) => {
    expect(refusal(params, BETA)).toEqual(expect.any(String));
  });
});

test("a caller that is no tenant's agent may call no tool at all", () => {
  for (const agentId of [undefined, "", "nobody", "main", "tenant-", "tenant-UPPER", "xtenant-beta"]) {
    expect(refusal({}, { agentId })).toEqual(expect.any(String));
  }
});

test("a caller whose session belongs to another agent may call no tool at all", () => {
  expect(refusal({}, { ...BETA, sessionKey: ACME_SESSION })).toEqual(expect.any(String));
  expect(refusal({}, { ...BETA, sessionKey: "main" })).toEqual(expect.any(String));
});
