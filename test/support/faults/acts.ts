/** What tenants do while a fault lasts, and insist on: what is refused is tried again, as the answer says, until it is taken. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type ErrorCode, problemSchema } from "@cogni/contract";
import type { Api } from "../../../dev-env/src/world-client.ts";

export interface Answered {
  readonly at: number;
  readonly tookMs: number;
  readonly status: number;
  /** Null for 200. */
  readonly code: ErrorCode | null;
}

export interface Attempt extends Answered {
  /** Ours, so that the audit row of this attempt and no other is found. */
  readonly requestId: string;
}

export interface Act {
  readonly tenantId: string;
  readonly channel: string;
  /** As the audit log calls it. */
  readonly action: "channel.connect" | "channel.replace" | "channel.disconnect";
  readonly attempts: readonly Attempt[];
  /** The last attempt was taken: done, or kept as a wish. */
  readonly isTaken: boolean;
}

/** Says that the wish is kept. `database_unavailable` says that it is not. */
const KEPT: ReadonlySet<ErrorCode | null> = new Set([null, "gateway_unreachable", "gateway_timeout"]);
const AGAIN_MS = 1_000;

/** @param until epoch milliseconds at which even the most patient gives up */
export async function insist(
  api: Api,
  { tenantId, action, body }: Pick<Act, "tenantId" | "action"> & { body: { channel: string } },
  until: number,
): Promise<Act> {
  const attempts: Attempt[] = [];
  const verb = action === "channel.disconnect" ? "disconnect" : "connect";
  for (;;) {
    const requestId = randomUUID();
    const answered = await ask(api, "POST", `/api/v1/channels/${verb}`, body, { "x-request-id": requestId });
    attempts.push({ ...answered, requestId });
    const isTaken = KEPT.has(answered.code);
    if (isTaken || Date.now() > until) {
      return { tenantId, channel: body.channel, action, attempts, isTaken };
    }
    await sleep(AGAIN_MS);
  }
}

/** One request, and what kind of answer it got how late. @throws what kept the request from being answered at all */
export async function ask(
  api: Api,
  ...request: Parameters<Api["request"]>
): Promise<Answered & { body: unknown }> {
  const at = Date.now();
  const { status, body } = await api.request(...request);
  const code = status === 200 ? null : problemSchema.parse(body).code;
  return { at, tookMs: Date.now() - at, status, code, body };
}
