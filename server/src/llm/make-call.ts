/** A call that may be made if its tenant's limits have room for it: held, forwarded, and written down with what it used. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type LimitName, LLM_HEADERS, REACHED_TEXT } from "@cogni/contract";
import type { LlmTenant } from "../db/llm-tenants.ts";
import type { QuotaKey } from "../db/quotas.ts";
import type { UsageEvent } from "../db/usage-write.ts";
import type { Books } from "../usage/books.ts";
import type { PriceTable } from "../usage/prices.ts";
import type { Held } from "../usage/slices.ts";
import { windowsAt } from "../usage/windows.ts";
import { sendCourtesy } from "./answers.ts";
import { boundOf, leastBudget, needsOf } from "./bounds.ts";
import { type CallEnd, type Drains, startCall } from "./call.ts";
import { type Caller, callerOf, type Turns } from "./caller.ts";
import type { ParsedPrompt } from "./prompt.ts";
import type { LlmRoleDeps } from "./role.ts";

export interface MakeCallDeps extends Pick<LlmRoleDeps, "upstream" | "metrics" | "log" | "now" | "newId"> {
  readonly books: Books;
  readonly drains: Drains;
  readonly turns: Turns;
  readonly prices: () => PriceTable;
  readonly underWay: UnderWay;
}

/** Calls that are on their way, those that are read for nobody but us included. */
export interface UnderWay {
  begin(): void;
  end(): void;
}

export interface MeteredRoute {
  /** Below the upstream's base URL. */
  readonly path: string;
  /** Whether the answer has tokens of its own, which a request may bound. */
  readonly generates: boolean;
}

export interface Wanted {
  readonly tenant: LlmTenant;
  readonly prompt: ParsedPrompt;
  readonly route: MeteredRoute;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}

/** Resolves when the call is on its way, or was answered. @throws AppError database_unavailable, before anything was sent */
export type MakeCall = (wanted: Wanted) => Promise<void>;

/** Of the caller's own head, what the upstream is told; the rest is between the caller and us. */
const PASSED = ["accept", "content-type", "openai-beta", "traceparent", "user-agent"] as const;
/** LiteLLM's, for the end user whose budget a call counts against, and for the call's id. */
const LITELLM = { endUser: "x-litellm-end-user-id", callId: "x-litellm-call-id" };

const NOTHING_USED = {
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  reasoningTokens: 0,
  measured: true,
};

export function createMakeCall(deps: MakeCallDeps): MakeCall {
  const { books, turns, metrics, now } = deps;

  return async ({ tenant, prompt, route, request, response, requestId }) => {
    const startedAt = performance.now();
    const at = now();
    const { asked } = prompt;
    const callId = deps.newId();
    const caller = callerOf(request, callId);
    const { billingAccountId } = tenant;
    const price = deps.prices().priceOf(asked.model, at);
    const bound = boundOf(asked, route.generates, price, leastBudget(tenant, caller.endUser));
    const opensTurn = caller.turn === null || !turns.has(billingAccountId, caller.turn);
    const { promptTokens, completionTokens } = bound;
    const needs = needsOf(tenant, at, {
      endUser: caller.endUser,
      opensTurn,
      costNano: deps
        .prices()
        .costOf(price, { prompt: promptTokens, cached: 0, completion: completionTokens }),
      tokens: promptTokens + completionTokens,
    });
    // Before it waits: of two calls for one message at once, one is its first.
    const opened = opensTurn ? caller.turn : null;
    if (opened !== null) turns.add(billingAccountId, opened);
    const reserving = books.reserve(billingAccountId, needs);
    const reserved = reserving instanceof Promise ? await reserving : reserving;
    if (opened !== null && !("held" in reserved)) turns.remove(billingAccountId, opened);
    // Whoever hung up meanwhile is asked for nothing any more.
    if (response.destroyed) {
      if ("held" in reserved) reserved.held.release(() => 0n);
      return;
    }
    response.setHeader(LLM_HEADERS.callId, callId);
    const record = (end: CallEnd, limit: LimitName | null): UsageEvent => {
      const event = eventOf(
        { tenant, prompt, route, caller, callId, requestId, at, startedAt, end, limit },
        deps.prices(),
      );
      books.record(billingAccountId, event);
      return event;
    };
    if ("refusedBy" in reserved) return answerAtLimit(reserved.refusedBy);
    forward(reserved.held);

    function answerAtLimit(by: QuotaKey): void {
      const limit = by.name;
      books.refused(billingAccountId, by, { requestId, remoteAddress: request.socket.remoteAddress ?? "" });
      response.setHeader(LLM_HEADERS.limit, limit);
      const text = tenant.reachedText || REACHED_TEXT;
      sendCourtesy(response, { ...asked, id: callId, text, now: at });
      const end = {
        outcome: "limited",
        status: 200,
        used: NOTHING_USED,
        answeredBy: null,
        firstByteAt: null,
      } as const;
      record({ ...end, error: null }, limit);
      metrics.limited(limit);
    }

    function forward(held: Held): void {
      metrics.began();
      deps.underWay.begin();
      const headers: Record<string, string> = {
        "x-request-id": requestId,
        [LITELLM.endUser]: billingAccountId,
        [LITELLM.callId]: callId,
        [LLM_HEADERS.callId]: callId,
      };
      for (const name of PASSED) {
        const value = request.headers[name];
        if (typeof value === "string") headers[name] = value;
      }
      startCall({
        upstream: deps.upstream,
        response,
        asked,
        drains: deps.drains,
        call: { path: route.path, body: prompt.bodyFor(bound.maxTokens), headers },
        onEnd(end) {
          const event = record(end, null);
          const { promptTokens: asIn, completionTokens: out, costNano, measured } = event;
          held.release((limit) => usedOf(limit, { tokens: asIn + out, costNano, opensTurn }));
          metrics.ended(end.outcome, (performance.now() - startedAt) / 1_000, costNano, !measured);
          deps.underWay.end();
          if (end.error)
            deps.log.warn({ err: end.error, requestId, callId, billingAccountId }, "an LLM call broke off");
        },
      });
    }
  };
}

/** What a call used of a limit, of which it held more. */
function usedOf(limit: LimitName, call: { tokens: number; costNano: bigint; opensTurn: boolean }): bigint {
  if (limit === "concurrent_calls") return 0n;
  if (limit.endsWith("_budget")) return call.costNano;
  if (limit === "tokens_per_minute") return BigInt(call.tokens);
  return 1n;
}

interface Ended extends Pick<Wanted, "tenant" | "prompt" | "route" | "requestId"> {
  readonly caller: Caller;
  readonly callId: string;
  readonly at: Date;
  readonly startedAt: number;
  readonly end: CallEnd;
  readonly limit: LimitName | null;
}

function eventOf({ tenant, prompt: { asked }, end, ...call }: Ended, prices: PriceTable): UsageEvent {
  const { used } = end;
  const price = prices.priceOf(end.answeredBy ?? asked.model, call.at);
  const { promptTokens: prompt, cachedTokens: cached, completionTokens: completion } = used;
  const costNano = prices.costOf(price, { prompt, cached, completion });
  return {
    callId: call.callId,
    logicalId: call.caller.logicalId,
    requestId: call.requestId,
    gatewayId: tenant.gatewayId ?? "",
    at: call.at,
    day: windowsAt(call.at, tenant.timeZone).day,
    channel: call.caller.channel ?? "",
    conversation: call.caller.conversation,
    endUser: call.caller.endUser,
    model: asked.model,
    answeredBy: end.answeredBy,
    route: call.route.path,
    streamed: asked.streamed,
    outcome: end.outcome,
    limitName: call.limit,
    status: end.status,
    promptTokens: prompt,
    cachedTokens: cached,
    completionTokens: completion,
    reasoningTokens: used.reasoningTokens,
    costNano,
    measured: used.measured,
    // What costs nothing is at no ceiling.
    priced: price.priced || prompt + completion === 0,
    latencyMs: Math.round(performance.now() - call.startedAt),
    firstByteMs: end.firstByteAt === null ? null : Math.max(0, Math.round(end.firstByteAt - call.startedAt)),
  };
}
