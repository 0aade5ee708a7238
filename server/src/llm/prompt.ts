/**
 * What a caller asks for, as far as it has to be known: everything else in its body goes on as it came. A body is changed in as few
 * places as possible, and numbers that JavaScript would round keep their digits.
 */
import { z } from "zod";

const tokens = z.int().min(0).nullish();
/** Loose: the rest is the upstream's business. */
const askedSchema = z.looseObject({
  model: z.string().max(200),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: tokens,
  max_completion_tokens: tokens,
  n: z.int().min(1).max(128).nullish(),
});

export interface Asked {
  readonly model: string;
  readonly streamed: boolean;
  /** Whether the caller wants to be told the usage of a stream. */
  readonly wantsUsage: boolean;
  readonly choices: number;
  /** The most that each choice may have; null: the caller set no bound. */
  readonly maxTokens: number | null;
  /** Characters of the prompt, without what is no text. */
  readonly promptChars: number;
  /** Bytes beyond one for a character: of other alphabets, which cost more tokens. */
  readonly promptExtraBytes: number;
  /** Pictures and sounds that are part of it. */
  readonly attachments: number;
}

export interface ParsedPrompt {
  readonly asked: Asked;
  /** @param maxTokens what to ask the upstream for in each choice, where it differs from what the caller asked for */
  bodyFor(maxTokens: number | null): Buffer | string;
}

/** A caller's body that is none. `message` may be shown. */
export class BadPrompt extends Error {
  constructor(message: string) {
    super(message);
    this.name = "BadPrompt";
  }
}

/** @throws BadPrompt */
export function parsePrompt(body: Buffer): ParsedPrompt {
  const text = body.toString();
  const parsed = askedSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadPrompt(`${issue?.path.join(".") || "the body"}: ${issue?.message ?? "is malformed"}`);
  }
  const { model, stream, stream_options: options, max_tokens, max_completion_tokens, n } = parsed.data;
  const { attachments, chars } = attachmentsIn(text);
  const streamed = stream === true;
  const wantsUsage = options?.include_usage === true;
  const limits = [max_completion_tokens, max_tokens].filter((limit) => typeof limit === "number");
  const asked: Asked = {
    model,
    streamed,
    wantsUsage,
    choices: n ?? 1,
    maxTokens: limits.length === 0 ? null : Math.max(...limits),
    promptChars: text.length - chars,
    promptExtraBytes: body.length - text.length,
    attachments,
  };
  return {
    asked,
    bodyFor(maxTokens) {
      const added: Record<string, unknown> = {};
      if (streamed && !wantsUsage) added.stream_options = { ...options, include_usage: true };
      if (maxTokens !== null) {
        for (const [name, limit] of Object.entries({ max_completion_tokens, max_tokens }))
          if (typeof limit === "number") added[name] = Math.min(limit, maxTokens);
        if (limits.length === 0) added.max_completion_tokens = maxTokens;
      }
      if (Object.keys(added).length === 0) return body;
      const replaces = Object.keys(added).some((key) => parsed.data[key] !== undefined);
      return replaces
        ? rewritten(text, added)
        : text.replace("{", () => `{${JSON.stringify(added).slice(1, -1)},`);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadPrompt("the body is not JSON");
  }
}

/** With its numbers as they were written. */
function rewritten(text: string, changes: object): string {
  const whole = JSON.parse(text, ((_key: string, value: unknown, { source }: { source?: string }) =>
    typeof value === "number" && source !== undefined ? rawJson(source) : value) as Parameters<
    typeof JSON.parse
  >[1]);
  return JSON.stringify({ ...whole, ...changes });
}

/** TypeScript does not know it yet (ES2025: JSON.parse source text access). */
const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** What stands in a prompt in base64. */
function attachmentsIn(text: string): { attachments: number; chars: number } {
  let attachments = 0;
  let chars = 0;
  for (let at = text.indexOf(";base64,"); at >= 0; at = text.indexOf(";base64,", at + 1)) {
    const end = text.indexOf('"', at);
    attachments += 1;
    chars += (end < 0 ? text.length : end) - at;
  }
  // Named by their address, or in the form of sounds.
  for (const mark of ['"image_url"', '"input_audio"', '"file"'])
    if (text.includes(mark)) attachments += text.split(mark).length - 1;
  return { attachments, chars };
}
