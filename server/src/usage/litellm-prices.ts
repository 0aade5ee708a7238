/**
 * LiteLLM's public table of prices, model_prices_and_context_window.json: for each model the dollars of one token, as JSON numbers.
 * What it says of tiers, images and cache writes is not taken.
 */
import { z } from "zod";
import type { PriceRow } from "../db/prices.ts";
import { scaled } from "./decimals.ts";

const entrySchema = z.looseObject({
  mode: z.string().optional(),
  input_cost_per_token: z.number().optional(),
  output_cost_per_token: z.number().optional(),
  cache_read_input_token_cost: z.number().nullish(),
  // In some entries a word, or a number in quotes.
  max_output_tokens: z.unknown().optional(),
});

export interface ImportedPrices {
  readonly rows: readonly PriceRow[];
  /** Entries of a kind that is billed, and why they were not taken. */
  readonly refused: readonly { readonly model: string; readonly reason: string }[];
  /** Entries of other kinds: images, speech, and what says nothing of itself. */
  readonly others: number;
}

/** Those that the `llm` role forwards and meters. */
const MODES = new Set(["chat", "embedding"]);
/** USD for a token: a hundred times the dearest model there ever was, and still no slip of six digits. */
const ABSURD = 0.1;
/** From USD for a token to nano-dollars for a million of them. */
const EXPONENT = 9 + 6;

/** @param validFrom YYYY-MM-DD @throws Error when it is not JSON of that form */
export function readLiteLlmPrices(text: string, validFrom: string, source: string): ImportedPrices {
  const entries = Object.entries(z.record(z.string(), z.unknown()).parse(JSON.parse(text)));
  const rows: PriceRow[] = [];
  const refused: { model: string; reason: string }[] = [];
  let others = 0;
  for (const [model, entry] of entries) {
    const parsed = entrySchema.safeParse(entry);
    if (model === "sample_spec" || (parsed.success && !MODES.has(parsed.data.mode ?? ""))) others += 1;
    else if (!parsed.success) refused.push({ model, reason: "a price is not a number" });
    else {
      const {
        input_cost_per_token: input,
        output_cost_per_token: output = parsed.data.mode === "embedding" ? 0 : undefined,
        cache_read_input_token_cost: cached = null,
        max_output_tokens: most,
      } = parsed.data;
      const reason = reasonAgainst(model, input, output, cached);
      if (reason !== null || input === undefined || output === undefined) {
        refused.push({ model, reason: reason ?? "names no price" });
        continue;
      }
      rows.push({
        model,
        validFrom,
        inputNano: scaled(input, EXPONENT),
        cachedInputNano: cached === null ? null : scaled(cached, EXPONENT),
        outputNano: scaled(output, EXPONENT),
        maxOutputTokens: z.int().min(1).max(2_147_483_647).safeParse(most).data ?? null,
        source,
      });
    }
  }
  return { rows, refused, others };
}

function reasonAgainst(
  model: string,
  input: number | undefined,
  output: number | undefined,
  cached: number | null,
): string | null {
  if (model.length > 200) return "its name is longer than 200 characters";
  if (input === undefined || output === undefined) return "names no price";
  const told = [input, output, ...(cached === null ? [] : [cached])];
  if (told.some((price) => price < 0)) return "a price is negative";
  if (told.some((price) => price >= ABSURD)) return "a price is 0.1 USD a token or more";
  // What is sold by the month or runs at home says 0 there, which would be no price to us.
  if (input === 0 && output === 0) return "its price is 0";
  return null;
}
