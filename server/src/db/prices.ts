/** What tokens of each model cost from which day on. */
import type { ServiceTx, Tx } from "./tenant.ts";

/** In nano-dollars for a million tokens. */
export interface PriceRow {
  readonly model: string;
  /** YYYY-MM-DD, in UTC. */
  readonly validFrom: string;
  readonly inputNano: bigint;
  /** Of tokens that the upstream had in its cache; null: as other input. */
  readonly cachedInputNano: bigint | null;
  readonly outputNano: bigint;
  readonly maxOutputTokens: number | null;
  readonly source: string;
}

interface Selected extends Record<string, unknown> {
  readonly model: string;
  readonly validFrom: string;
  readonly inputNano: string;
  readonly cachedInputNano: string | null;
  readonly outputNano: string;
  readonly maxOutputTokens: number | null;
  readonly source: string;
}

/** The newest of each model first. */
export async function allPrices(tx: Tx): Promise<PriceRow[]> {
  const rows = await tx.query<Selected>(
    `SELECT model, valid_from::text AS "validFrom", input_nano::text AS "inputNano",
       cached_input_nano::text AS "cachedInputNano", output_nano::text AS "outputNano",
       max_output_tokens AS "maxOutputTokens", source
     FROM model_prices ORDER BY model, valid_from DESC`,
  );
  return rows.map((row) => ({
    ...row,
    inputNano: BigInt(row.inputNano),
    cachedInputNano: row.cachedInputNano === null ? null : BigInt(row.cachedInputNano),
    outputNano: BigInt(row.outputNano),
  }));
}

/**
 * Writes those that say something else than what holds on their day already; how many that were.
 * @param replacing where another source told a price of the same model and day, its beginning; null: whoever told it
 */
export async function writePrices(
  tx: ServiceTx,
  rows: readonly PriceRow[],
  { replacing }: { readonly replacing: string | null },
): Promise<number> {
  const given = rows.map((row) => ({
    model: row.model,
    valid_from: row.validFrom,
    input_nano: row.inputNano.toString(),
    cached_input_nano: row.cachedInputNano?.toString() ?? null,
    output_nano: row.outputNano.toString(),
    max_output_tokens: row.maxOutputTokens,
    source: row.source,
  }));
  const written = await tx.query(
    `INSERT INTO model_prices AS p (model, valid_from, input_nano, cached_input_nano, output_nano, max_output_tokens, source)
     SELECT g.* FROM jsonb_to_recordset($1::jsonb) AS g (model text, valid_from date, input_nano bigint,
       cached_input_nano bigint, output_nano bigint, max_output_tokens integer, source text)
     LEFT JOIN LATERAL (
       SELECT h.* FROM model_prices h WHERE h.model = g.model AND h.valid_from <= g.valid_from ORDER BY h.valid_from DESC LIMIT 1
     ) h ON true
     WHERE (g.input_nano, g.cached_input_nano, g.output_nano, g.max_output_tokens)
       IS DISTINCT FROM (h.input_nano, h.cached_input_nano, h.output_nano, h.max_output_tokens)
     ON CONFLICT (model, valid_from) DO UPDATE SET input_nano = excluded.input_nano,
       cached_input_nano = excluded.cached_input_nano, output_nano = excluded.output_nano,
       max_output_tokens = excluded.max_output_tokens, source = excluded.source
     WHERE $2::text IS NULL OR starts_with(p.source, $2)
     RETURNING p.model`,
    [JSON.stringify(given), replacing],
  );
  return written.length;
}
