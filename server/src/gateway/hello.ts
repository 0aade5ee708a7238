/** Whether a gateway that let us in is one we can work with. Pure. */
import { PROTOCOL_VERSION } from "@openclaw/gateway-protocol/version";
import { GatewayRefusedError } from "./errors.ts";
import { type Hello, helloSchema } from "./protocol.ts";

/** The version every measurement and contract test was made with. An older one is refused, a newer one tried. */
export const TESTED_GATEWAY_VERSION = "2026.9.6";

export const ADMIN_SCOPE = "operator.admin";

export interface CheckedHello {
  readonly hello: Hello;
  /** A sentence for the log when the gateway is newer than what was tested. */
  readonly warning: string | null;
}

/** @throws GatewayRefusedError protocol_mismatch, admin_scope_missing or server_too_old */
export function checkHello(answer: unknown): CheckedHello {
  const parsed = helloSchema.safeParse(answer);
  if (!parsed.success) {
    throw new GatewayRefusedError("protocol_mismatch", "its greeting is not one we can read", parsed.error);
  }
  const hello = parsed.data;
  if (hello.protocol !== PROTOCOL_VERSION) {
    throw new GatewayRefusedError(
      "protocol_mismatch",
      `it speaks protocol ${hello.protocol}, we speak ${PROTOCOL_VERSION}`,
    );
  }
  const { version } = hello.server;
  const age = compareVersions(version, TESTED_GATEWAY_VERSION);
  if (age < 0) {
    throw new GatewayRefusedError(
      "server_too_old",
      `it is openclaw ${version}; ${TESTED_GATEWAY_VERSION} or newer is needed`,
    );
  }
  if (!hello.auth.scopes.includes(ADMIN_SCOPE)) {
    throw new GatewayRefusedError(
      "admin_scope_missing",
      `it grants ${hello.auth.scopes.join(", ") || "no scopes"}, and ${ADMIN_SCOPE} is needed`,
    );
  }
  const warning =
    age > 0 ? `the gateway is openclaw ${version}, newer than the tested ${TESTED_GATEWAY_VERSION}` : null;
  return { hello, warning };
}

/** Negative when `a` is older. A pre-release suffix is ignored; what is no version counts as oldest. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  for (const index of [0, 1, 2]) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): number[] {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  return match ? match.slice(1).map(Number) : [];
}
