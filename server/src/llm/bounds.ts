/** What a call can cost at most, and so what it holds of each limit until it is over. */
import type { LlmTenant } from "../db/llm-tenants.ts";
import type { Price } from "../usage/prices.ts";
import type { Need } from "../usage/slices.ts";
import { windowsAt } from "../usage/windows.ts";
import type { Asked } from "./prompt.ts";

export interface Bound {
  /** In all choices together. */
  readonly completionTokens: number;
  readonly promptTokens: number;
  /** What each choice may have, where the upstream is to be told otherwise than it was asked; null: as asked. */
  readonly maxTokens: number | null;
}

/** A character is rarely more than half a token, but each byte beyond the first of one may be a token. */
const CHARS_PER_TOKEN = 2;
const ATTACHMENT_TOKENS = 2_000;
/** A call that sets no bound may hold so much of a budget; it is then told to answer within it. */
const UNBOUNDED_PART = 4n;
/** An answer shorter than this helps nobody. */
const SHORTEST = 256;

/**
 * @param generates whether the answer has tokens of its own: an embedding has none
 * @param budget the least of the budgets that it counts against; null: none is set
 */
export function boundOf(asked: Asked, generates: boolean, price: Price, budget: bigint | null): Bound {
  const promptTokens =
    Math.ceil(asked.promptChars / CHARS_PER_TOKEN) +
    asked.promptExtraBytes +
    asked.attachments * ATTACHMENT_TOKENS;
  if (!generates) return { promptTokens, completionTokens: 0, maxTokens: null };
  const ceiling = price.maxOutputTokens;
  if (asked.maxTokens !== null) {
    const each = Math.min(asked.maxTokens, ceiling);
    return {
      promptTokens,
      completionTokens: each * asked.choices,
      maxTokens: asked.maxTokens > ceiling ? ceiling : null,
    };
  }
  const affordable =
    budget === null || price.outputNano === 0n
      ? ceiling
      : Number((budget * 1_000_000n) / (UNBOUNDED_PART * price.outputNano * BigInt(asked.choices)));
  const each = Math.min(ceiling, Math.max(affordable, SHORTEST));
  return { promptTokens, completionTokens: each * asked.choices, maxTokens: each < ceiling ? each : null };
}

/** The least of the budgets that a call counts against. */
export function leastBudget({ limits }: LlmTenant, endUser: string | null): bigint | null {
  const budgets = [limits.dayNano, limits.monthNano, endUser === null ? null : limits.userDayNano];
  return budgets.reduce(
    (least, next) => (next !== null && (least === null || next < least) ? next : least),
    null,
  );
}

export interface CallFacts {
  readonly endUser: string | null;
  /** Whether it is the first one that is made for a message. */
  readonly opensTurn: boolean;
  readonly costNano: bigint;
  readonly tokens: number;
}

/** What has to be held, in the order in which a limit is named as the reason. */
export function needsOf(tenant: LlmTenant, now: Date, call: CallFacts): Need[] {
  const { limits } = tenant;
  const { day, month, minute } = windowsAt(now, tenant.timeZone);
  const needs: Need[] = [];
  const need = (
    name: Need["name"],
    limit: bigint | number | null,
    amount: bigint | number,
    during: string,
    returns: boolean,
    subject: string | null = "",
  ) => {
    if (limit === null || subject === null || amount === 0) return;
    needs.push({ name, subject, during, limit: BigInt(limit), amount: BigInt(amount), returns });
  };
  const messages = call.opensTurn ? 1 : 0;
  need("month_budget", limits.monthNano, call.costNano, month, true);
  need("day_budget", limits.dayNano, call.costNano, day, true);
  need("user_day_budget", limits.userDayNano, call.costNano, day, true, call.endUser);
  need("messages_per_day", limits.messagesPerDay, messages, day, false);
  need("user_messages_per_day", limits.userMessagesPerDay, messages, day, false, call.endUser);
  need("calls_per_minute", limits.callsPerMinute, 1, minute, false);
  need("user_calls_per_minute", limits.userCallsPerMinute, 1, minute, false, call.endUser);
  need("tokens_per_minute", limits.tokensPerMinute, call.tokens, minute, true);
  need("concurrent_calls", limits.concurrentCalls, 1, "now", true);
  return needs;
}
