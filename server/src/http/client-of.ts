/** Who signs in, as far as the connection tells: what their session and the audit remember. */
import type { Client } from "../auth/better-auth.ts";
import type { Call } from "./call.ts";

export function clientOf({ env, req }: Call): Client {
  const { remoteAddress: address, requestId } = env.meta;
  return { address, requestId, userAgent: req.header("user-agent") };
}
