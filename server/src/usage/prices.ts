/**
 * What tokens cost: dated prices by model, and a stated ceiling for a model that nobody told a price of, so that nothing is ever used
 * for nothing. Prices are data (config/prices.json, `ops prices import`), kept in the database.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { notifyLlm } from "../db/notify.ts";
import type { Db } from "../db/pool.ts";
import { allPrices, type PriceRow, writePrices } from "../db/prices.ts";
import { withNoTenant, withService } from "../db/tenant.ts";

/** In nano-dollars for a million tokens. */
export interface Price {
  readonly inputNano: bigint;
  /** As other input where nobody told one of its own. */
  readonly cachedInputNano: bigint;
  readonly outputNano: bigint;
  /** The most that one answer may have; the ceiling's where nobody told. */
  readonly maxOutputTokens: number;
  /** False: nobody told a price of that model, and this is the ceiling. */
  readonly priced: boolean;
}

export interface Tokens {
  readonly prompt: number;
  /** Of the prompt's. */
  readonly cached: number;
  readonly completion: number;
}

export interface PriceTable {
  /** The newest price that holds at that time, of the model or of what its name stands for; else the ceiling. */
  priceOf(model: string, at: Date): Price;
  /** In nano-dollars; a fraction of one counts as one. */
  costOf(price: Price, tokens: Tokens): bigint;
}

export type Ceiling = Pick<Price, "inputNano" | "outputNano" | "maxOutputTokens">;

const PER = 1_000_000n;
const DAY_MS = 24 * 60 * 60_000;
/** More than a gateway offers; what answers may have any name. */
const MAX_FOUND = 1_000;

export function createPriceTable(rows: readonly PriceRow[], ceiling: Ceiling): PriceTable {
  const unknown: Price = { ...ceiling, cachedInputNano: ceiling.inputNano, priced: false };
  const byModel = new Map<string, { readonly validFrom: string; readonly price: Price }[]>();
  const newestFirst = rows.toSorted((one, other) => (one.validFrom < other.validFrom ? 1 : -1));
  for (const { model, validFrom, inputNano, cachedInputNano, outputNano, maxOutputTokens } of newestFirst) {
    const price = {
      inputNano,
      cachedInputNano: cachedInputNano ?? inputNano,
      outputNano,
      maxOutputTokens: maxOutputTokens ?? ceiling.maxOutputTokens,
    };
    const told = byModel.get(model) ?? [];
    told.push({ validFrom, price: { ...price, priced: true } });
    byModel.set(model, told);
  }

  function search(model: string, day: string): Price {
    for (const name of namesOf(model)) {
      const found = byModel.get(name)?.find(({ validFrom }) => validFrom <= day);
      if (found) return found.price;
    }
    return unknown;
  }

  /** Of the day that was asked for last, by the name that was asked for. */
  let found = { day: -1, prices: new Map<string, Price>() };

  return {
    priceOf(model, at) {
      const day = Math.floor(at.getTime() / DAY_MS);
      if (found.day !== day || found.prices.size > MAX_FOUND) found = { day, prices: new Map() };
      const known = found.prices.get(model);
      if (known) return known;
      const price = search(model, at.toISOString().slice(0, 10));
      found.prices.set(model, price);
      return price;
    },

    costOf({ inputNano, cachedInputNano, outputNano }, { prompt, cached, completion }) {
      const fromCache = BigInt(Math.min(cached, prompt));
      const sum =
        (BigInt(prompt) - fromCache) * inputNano +
        fromCache * cachedInputNano +
        BigInt(completion) * outputNano;
      return (sum + PER - 1n) / PER;
    },
  };
}

/** `gpt-4o-2024-08-06`, `claude-3-7-sonnet-20250219`, and as Vertex writes it, `…@20250219`. */
const DATED = /^(.+)[-@](?:\d{4}-\d{2}-\d{2}|\d{8})$/;

/** What it may be priced as: itself, without the providers before it (`openrouter/openai/gpt-4o`), and without its date. */
function* namesOf(model: string): Generator<string> {
  yield model;
  const parts = model.split("/");
  const names = parts.map((_, index) => parts.slice(index).join("/"));
  yield* names.slice(1);
  for (const name of names) {
    const stem = DATED.exec(name)?.[1];
    if (stem !== undefined) yield stem;
  }
}

const nano = z
  .string()
  .regex(/^\d{1,15}$/, "must be nano-dollars for a million tokens, as digits")
  .transform(BigInt);
const tokens = z.int().min(1);
const fileSchema = z.strictObject({
  ceiling: z.strictObject({ inputNano: nano, outputNano: nano, maxOutputTokens: tokens }),
  models: z.array(
    z.strictObject({
      model: z.string().min(1).max(200),
      validFrom: z.iso.date(),
      inputNano: nano,
      cachedInputNano: nano.nullable(),
      outputNano: nano,
      maxOutputTokens: tokens.nullable(),
      /** Who told, for people. */
      source: z.string().min(1),
    }),
  ),
});

const FILE = new URL("../../../config/prices.json", import.meta.url);
const FILE_NAME = "config/prices.json";

/** @throws Error naming the path and the rule, when the file is wrong */
export function readPriceFile(): z.output<typeof fileSchema> {
  const parsed = fileSchema.safeParse(JSON.parse(readFileSync(FILE, "utf8")));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new Error(`${FILE_NAME} is wrong:\n${lines.join("\n")}`);
}

/**
 * Brings the database to what the file says; what an operator imported for the same model and day stays.
 * @throws Error as `readPriceFile` does; AppError database_unavailable
 */
export async function seedPrices(db: Db): Promise<void> {
  const rows = readPriceFile().models.map((row) => ({ ...row, source: `${FILE_NAME}: ${row.source}` }));
  await withService(db, async (tx) => {
    const changed = await writePrices(tx, rows, { replacing: `${FILE_NAME}:` });
    if (changed > 0) await notifyLlm(tx, null);
  });
}

/** The prices as they stand in the database. @throws as `seedPrices` does */
export async function loadPrices(db: Db): Promise<PriceTable> {
  return createPriceTable(await withNoTenant(db, allPrices), readPriceFile().ceiling);
}
