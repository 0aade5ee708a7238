/**
 * One entry of LiteLLM's log of calls (StandardLoggingPayload), as its `generic_api` callback sends them: whose call it was, which one,
 * and what it cost there. LiteLLM's own end user is empty on some routes; what the caller sent in headers stands beside it.
 */
import { type BillingAccountId, billingAccountIdSchema } from "@cogni/contract";
import { z } from "zod";
import type { UpstreamCost } from "../db/usage-write.ts";
import { scaled } from "./decimals.ts";

/** So much is believed of each; all else in an entry, messages among it, is neither read nor kept. */
const entrySchema = z.looseObject({
  id: z.string().nullish(),
  litellm_call_id: z.string().nullish(),
  status: z.string().nullish(),
  response_cost: z.number().nullish(),
  cache_hit: z.unknown().optional(),
  prompt_tokens: z.number().nullish(),
  completion_tokens: z.number().nullish(),
  startTime: z.number().nullish(),
  endTime: z.number().nullish(),
  model: z.string().nullish(),
  model_group: z.string().nullish(),
  end_user: z.string().nullish(),
  metadata: z
    .looseObject({ requester_custom_headers: z.record(z.string(), z.unknown()).nullish() })
    .nullish(),
});
type Entry = z.output<typeof entrySchema>;

export interface ReadEntry extends UpstreamCost {
  readonly billingAccountId: BillingAccountId;
}

/** Words for why one is not taken; what is wrong with it, for whoever reads the answer in LiteLLM's log. */
export type RefusedReason =
  | "not_an_entry"
  | "not_successful"
  | "unknown_tenant"
  | "no_call_id"
  | "no_cost"
  | "absurd_cost"
  | "absurd_tokens"
  | "absurd_time";

const END_USER = "x-litellm-end-user-id";
/** Ours first; the other one LiteLLM takes for its own id of the call. */
const CALL_IDS = ["x-cogni-call-id", "x-litellm-call-id"];
/** USD for one call. */
const MOST_COST = 10_000;
const MOST_TOKENS = 1e12;
/** Seconds since 1970: the years 2000 to 2100. */
const [EARLIEST, LATEST] = [946_684_800, 4_102_444_800];

export function readLogEntry(given: unknown, now: Date): ReadEntry | RefusedReason {
  const { data: entry } = entrySchema.safeParse(given);
  if (!entry) return "not_an_entry";
  // A failure costs nothing there, and would stand in the way of what the same call cost when it was tried again.
  if (entry.status != null && entry.status !== "success") return "not_successful";
  const headers = headersOf(entry);
  const billingAccountId = tenantOf(entry, headers);
  if (billingAccountId === null) return "unknown_tenant";
  const callId = [...CALL_IDS.map((name) => headers.get(name)), entry.litellm_call_id, entry.id].find(isUuid);
  if (callId === undefined) return "no_call_id";
  const [prompt, completion] = [entry.prompt_tokens ?? 0, entry.completion_tokens ?? 0];
  if (
    ![prompt, completion].every((count) => Number.isSafeInteger(count) && count >= 0 && count <= MOST_TOKENS)
  )
    return "absurd_tokens";
  const cost = entry.response_cost;
  // Where LiteLLM knows no price it says 0. Our own figure, which is never 0 then, stays.
  if (cost == null || (cost === 0 && prompt + completion > 0 && entry.cache_hit !== true)) return "no_cost";
  if (!(cost >= 0 && cost <= MOST_COST)) return "absurd_cost";
  const seconds = entry.startTime ?? entry.endTime ?? now.getTime() / 1_000;
  if (!(seconds >= EARLIEST && seconds < LATEST)) return "absurd_time";
  return {
    billingAccountId,
    callId: callId.toLowerCase(),
    at: new Date(Math.floor(seconds * 1_000)),
    model: (entry.model_group || entry.model || "").slice(0, 200),
    promptTokens: prompt,
    completionTokens: completion,
    costNano: scaled(cost, 9),
  };
}

function headersOf({ metadata }: Entry): ReadonlyMap<string, unknown> {
  const told = Object.entries(metadata?.requester_custom_headers ?? {});
  return new Map(told.map(([name, value]) => [name.toLowerCase(), value]));
}

function tenantOf(
  { end_user: endUser }: Entry,
  headers: ReadonlyMap<string, unknown>,
): BillingAccountId | null {
  return billingAccountIdSchema.safeParse(endUser || headers.get(END_USER)).data ?? null;
}

const uuid = z.guid();

function isUuid(value: unknown): value is string {
  return uuid.safeParse(value).success;
}
