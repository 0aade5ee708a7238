/**
 * What an answer used, as the upstream tells it, in one piece or in chunks. Of several figures the last one counts, never their
 * sum. Cached tokens are part of the prompt's, reasoning tokens of the completion's. What nobody tells, or nobody could believe, is
 * estimated from the texts, and marked so; it is never nothing.
 */
import { z } from "zod";
import type { Asked } from "./prompt.ts";

export interface Used {
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  readonly reasoningTokens: number;
  /** False: estimated. */
  readonly measured: boolean;
}

/** More than any model takes or gives in a call. */
const ABSURD = 100_000_000;
const tokens = z.int().min(0).max(ABSURD);
const details = z.looseObject({
  cached_tokens: tokens.nullish(),
  reasoning_tokens: tokens.nullish(),
});
const usageSchema = z.object({
  prompt_tokens: tokens,
  completion_tokens: tokens.nullish(),
  prompt_tokens_details: details.nullish(),
  completion_tokens_details: details.nullish(),
});

/** Of English text, as providers themselves tell people to reckon. */
const CHARS_PER_TOKEN = 4;
/** A picture in full detail. */
const ATTACHMENT_TOKENS = 1_600;

interface Piece {
  readonly content?: unknown;
  readonly refusal?: unknown;
  readonly reasoning?: unknown;
  readonly reasoning_content?: unknown;
  readonly tool_calls?: unknown;
  readonly function_call?: unknown;
}

export interface Meter {
  /** A whole answer, or a chunk of one. */
  take(payload: unknown): Taken;
  /** How many characters came that could not be read. */
  takeUnread(chars: number): void;
  /** As which model it answered; null: it did not say. */
  answeredBy(): string | null;
  /** @param begun whether anything came at all: else nothing was used */
  used(begun: boolean): Used;
}

export interface Taken {
  /** The chunk says nothing but what was used. */
  readonly onlyUsage: boolean;
  /** It tells of an error, whatever the status said. */
  readonly isError: boolean;
}

const NO_NEWS: Taken = { onlyUsage: false, isError: false };
const NOTHING: Used = {
  promptTokens: 0,
  cachedTokens: 0,
  completionTokens: 0,
  reasoningTokens: 0,
  measured: true,
};

export function createMeter(asked: Pick<Asked, "promptChars" | "promptExtraBytes" | "attachments">): Meter {
  let usage: z.infer<typeof usageSchema> | null = null;
  let model: string | null = null;
  let chars = 0;
  return {
    take(payload) {
      if (!isObject(payload)) return NO_NEWS;
      const { choices, error } = payload;
      if (typeof payload.model === "string" && payload.model !== "") model = payload.model.slice(0, 200);
      const isError = error !== undefined && error !== null;
      const told = isObject(payload.usage);
      if (told) usage = usageSchema.safeParse(payload.usage).data ?? usage;
      if (Array.isArray(choices)) for (const choice of choices) chars += charsOf(choice);
      return { onlyUsage: told && Array.isArray(choices) && choices.length === 0, isError };
    },
    takeUnread(more) {
      chars += more;
    },
    answeredBy: () => model,
    used(begun) {
      // Nothing, for an answer that says something, is no figure.
      const told = usage && (usage.prompt_tokens > 0 || usage.completion_tokens || chars === 0);
      if (usage && told) return measured(usage);
      if (!begun) return NOTHING;
      return {
        ...NOTHING,
        promptTokens: estimatePrompt(asked),
        completionTokens: Math.ceil(chars / CHARS_PER_TOKEN),
        measured: false,
      };
    },
  };
}

function measured(usage: z.infer<typeof usageSchema>): Used {
  const { prompt_tokens: promptTokens } = usage;
  const completionTokens = usage.completion_tokens ?? 0;
  return {
    promptTokens,
    cachedTokens: Math.min(usage.prompt_tokens_details?.cached_tokens ?? 0, promptTokens),
    completionTokens,
    reasoningTokens: Math.min(usage.completion_tokens_details?.reasoning_tokens ?? 0, completionTokens),
    measured: true,
  };
}

function estimatePrompt({
  promptChars,
  promptExtraBytes,
  attachments,
}: Parameters<typeof createMeter>[0]): number {
  return (
    Math.max(1, Math.ceil((promptChars + promptExtraBytes) / CHARS_PER_TOKEN)) +
    attachments * ATTACHMENT_TOKENS
  );
}

/** Of one choice: what it says, thinks, and calls tools with. */
function charsOf(choice: unknown): number {
  if (!isObject(choice)) return 0;
  const { delta, message, text } = choice;
  const piece: Piece | null = isObject(delta) ? delta : isObject(message) ? message : null;
  if (!piece) return lengthOf(text);
  return (
    lengthOf(piece.content) +
    lengthOf(piece.refusal) +
    lengthOf(piece.reasoning_content ?? piece.reasoning) +
    lengthOf(piece.tool_calls) +
    lengthOf(piece.function_call)
  );
}

/** Of a text; of anything else, of all texts in it. */
function lengthOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, part) => sum + lengthOf(part), 0);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
