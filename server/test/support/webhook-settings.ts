/** What senders of webhooks in tests have in common, in this process and in others. */
import { BlockList } from "node:net";
import { Secret } from "../../src/secret.ts";

export const KEY = new Secret(Buffer.alloc(32, 7).toString("base64"));

/** Loopback, as development may reach it. */
export const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);

/** Short ones: what takes seconds in life takes milliseconds here. */
export const QUICK = {
  headMs: 500,
  bodyMs: 100,
  claimMs: 2_000,
  drainMs: 100,
  pollMs: 20,
  retryMs: [30, 30, 30, 30, 30],
  maxRetryAfterMs: 2_000,
};
