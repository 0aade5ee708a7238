/**
 * A route within its limits, which it tells on every answer, in the form of the draft “RateLimit header fields for HTTP”
 * (draft-ietf-httpapi-ratelimit-headers): structured fields, an item for each limit.
 */
import type { Principal } from "../auth/principal.ts";
import type { Allowance, Quota } from "../channels/allowance.ts";
import type { Context } from "../context.ts";
import type { Call } from "./call.ts";

/** Counts the call, and does `work`. @throws AppError rate_limited, database_unavailable, and what `work` throws */
export async function withinLimits<T>(
  ctx: Context,
  call: Call,
  principal: Principal,
  work: (allowance: Allowance) => Promise<T>,
): Promise<T> {
  const allowance = ctx.allowances(principal, call.env.meta.remoteAddress);
  try {
    await allowance.take("calls");
    return await work(allowance);
  } finally {
    for (const [name, value] of rateLimitHeaders(allowance.quotas())) call.header(name, value);
  }
}

export function rateLimitHeaders(quotas: readonly Quota[]): [string, string][] {
  // An empty list is no header.
  if (quotas.length === 0) return [];
  const policy = quotas.map(({ name, max, windowMs }) => `"${name}";q=${max};w=${seconds(windowMs)}`);
  const left = quotas.map(({ name, left, endsInMs }) => `"${name}";r=${left};t=${seconds(endsInMs)}`);
  return [
    ["RateLimit-Policy", policy.join(", ")],
    ["RateLimit", left.join(", ")],
  ];
}

/** Rather a second late than refused again. */
function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
