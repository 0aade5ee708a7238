import { describe, expect, test } from "vitest";
import { checkHello, compareVersions, TESTED_GATEWAY_VERSION } from "../../src/gateway/hello.ts";

const hello = {
  protocol: 4,
  server: { version: TESTED_GATEWAY_VERSION, unknown: true },
  auth: { scopes: ["operator.read", "operator.admin"] },
};
const reasonOf = (answer: unknown): unknown => {
  try {
    return checkHello(answer).warning;
  } catch (error) {
    return error;
  }
};

describe("a gateway that greets us", () => {
  test("is taken as it was tested", () => expect(reasonOf(hello)).toBeNull());

  test("is warned of when newer", () =>
    expect(reasonOf({ ...hello, server: { version: "2027.1.0-beta.1" } })).toContain("2027.1.0-beta.1"));

  test("is refused when older, naming both versions", () =>
    expect(reasonOf({ ...hello, server: { version: "2026.8.30" } })).toMatchObject({
      reason: "server_too_old",
      code: "gateway_unreachable",
      message: expect.stringMatching(/2026\.8\.30.*2026\.9\.6/),
    }));

  test("is refused without the admin scope, naming it", () =>
    expect(reasonOf({ ...hello, auth: { scopes: [] } })).toMatchObject({
      reason: "admin_scope_missing",
      message: expect.stringContaining("operator.admin"),
    }));

  test("is refused with another protocol, or a greeting we cannot read", () => {
    expect(reasonOf({ ...hello, protocol: 5 })).toMatchObject({ reason: "protocol_mismatch" });
    expect(reasonOf({})).toMatchObject({ reason: "protocol_mismatch" });
  });
});

test("versions compare by number, not by text", () => {
  expect(compareVersions("2026.10.1", "2026.9.6")).toBeGreaterThan(0);
  expect(compareVersions("2026.9.6", "2026.9.6-1")).toBe(0);
  expect(compareVersions("dev", "2026.9.6")).toBeLessThan(0);
});
