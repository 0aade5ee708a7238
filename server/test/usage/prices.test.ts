/** What tokens cost: the model that is meant, the day that decides, and no fraction lost. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { allPrices, type PriceRow, writePrices } from "../../src/db/prices.ts";
import { withNoTenant, withService } from "../../src/db/tenant.ts";
import { dollars, nanoOf, scaled } from "../../src/usage/decimals.ts";
import { readLiteLlmPrices } from "../../src/usage/litellm-prices.ts";
import { createPriceTable, loadPrices, readPriceFile, seedPrices } from "../../src/usage/prices.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const CEILING = { inputNano: 30_000_000_000n, outputNano: 180_000_000_000n, maxOutputTokens: 32_768 };
const NOW = new Date("2026-11-28T12:00:00Z");
const row = (
  model: string,
  validFrom: string,
  inputNano: bigint,
  more: Partial<PriceRow> = {},
): PriceRow => ({
  model,
  validFrom,
  inputNano,
  cachedInputNano: null,
  outputNano: 2n * inputNano,
  maxOutputTokens: null,
  source: "test",
  ...more,
});

describe("a price", () => {
  const table = createPriceTable(
    [
      row("gpt-4o", "2026-01-01", 1n),
      row("gpt-4o", "2026-11-01", 2n),
      row("gpt-4o", "2026-11-29", 3n),
      row("gpt-4o-2024-08-06", "2026-01-01", 4n),
      row("azure/gpt-4o", "2026-01-01", 5n),
      row("claude-3-7-sonnet", "2026-01-01", 6n),
    ],
    CEILING,
  );
  const inputOf = (model: string, at = NOW) => table.priceOf(model, at).inputNano;

  test("is the newest that holds on the day, whichever order they were told in", () => {
    expect(inputOf("gpt-4o")).toBe(2n);
    expect(inputOf("gpt-4o", new Date("2026-10-31T23:59:59.999Z"))).toBe(1n);
    expect(inputOf("gpt-4o", new Date("2026-11-29T00:00:00Z"))).toBe(3n);
    expect(table.priceOf("gpt-4o", new Date("2025-12-31T23:59:59Z")).priced).toBe(false);
  });

  test.each([
    ["azure/gpt-4o", 5n],
    ["openai/gpt-4o", 2n],
    ["openrouter/openai/gpt-4o", 2n],
    ["gpt-4o-2024-08-06", 4n],
    ["openai/gpt-4o-2024-08-06", 4n],
    ["gpt-4o-2024-11-20", 2n],
    ["azure/gpt-4o-2024-11-20", 5n],
    ["anthropic/claude-3-7-sonnet-20250219", 6n],
    ["vertex_ai/claude-3-7-sonnet@20250219", 6n],
  ])("of %s is that of the name it stands for", (model, input) => {
    expect(table.priceOf(model, NOW)).toMatchObject({ inputNano: input, priced: true });
  });

  test.each([
    "",
    "gpt-4",
    "gpt-4o-mini",
    "gpt-4o-",
    "gpt-4o/other",
    "2024-08-06",
    "GPT-4O",
    "/",
    "__proto__",
  ])("of a model that nobody told of (%j) is the ceiling, and says so", (model) => {
    expect(table.priceOf(model, NOW)).toEqual({
      ...CEILING,
      cachedInputNano: CEILING.inputNano,
      priced: false,
    });
  });
});

describe("a cost", () => {
  const { costOf, priceOf } = createPriceTable([row("echo", "2026-01-01", 1_000_000_000n)], CEILING);
  const tokens = fc.nat({ max: 10_000_000 });
  const usage = fc
    .record({ prompt: tokens, share: fc.double({ min: 0, max: 1, noNaN: true }), completion: tokens })
    .map(({ prompt, share, completion }) => ({ prompt, cached: Math.floor(prompt * share), completion }));
  const nano = fc.bigInt(0n, 10n ** 12n);
  const price = fc.record({ inputNano: nano, cachedInputNano: nano, outputNano: nano }).map((told) => ({
    ...told,
    maxOutputTokens: 4_096,
    priced: true,
  }));

  test("loses no fraction, and adds less than a nano-dollar", () => {
    fc.assert(
      fc.property(price, usage, (told, { prompt, cached, completion }) => {
        const exact =
          BigInt(prompt - cached) * told.inputNano +
          BigInt(cached) * told.cachedInputNano +
          BigInt(completion) * told.outputNano;
        const over = costOf(told, { prompt, cached, completion }) * 1_000_000n - exact;
        expect(over >= 0n && over < 1_000_000n).toBe(true);
      }),
    );
  });

  test("of an unknown model is never nothing where there was anything", () => {
    fc.assert(
      fc.property(fc.string(), usage, (model, used) => {
        fc.pre(model !== "echo" && used.prompt + used.completion > 0);
        expect(costOf(priceOf(model, NOW), used) > 0n).toBe(true);
      }),
    );
  });

  test("of more cached tokens than there were is that of those there were", () => {
    expect(costOf(priceOf("echo", NOW), { prompt: 3, cached: 9, completion: 0 })).toBe(3_000n);
  });
});

describe("decimals", () => {
  test("are taken as they were written, whatever a double makes of them", () => {
    expect(scaled(2.5e-6, 15)).toBe(2_500_000_000n);
    expect(scaled(1.1e-6, 15)).toBe(1_100_000_000n);
    expect(scaled(7.5e-8, 15)).toBe(75_000_000n);
    expect(scaled(0.1 + 0.2, 9)).toBe(300_000_000n);
    expect(scaled(1.23e-10, 9)).toBe(0n);
    expect(scaled(0, 9)).toBe(0n);
    expect(scaled(1e21, 1)).toBe(10n ** 22n);
  });

  test("go to dollars and back without a difference", () => {
    fc.assert(
      fc.property(fc.bigInt(1n - 10n ** 18n, 10n ** 18n - 1n), (nano) => {
        const text = dollars(nano);
        expect(text).toMatch(/^-?\d+(\.\d*[1-9])?$/);
        expect(nanoOf(text)).toBe(nano);
      }),
    );
    for (const wrong of ["", ".5", "1e3", "1,5", "0x1", "1.0000000001", " 1", "--1"])
      expect(nanoOf(wrong)).toBeNull();
    expect([dollars(-1n), dollars(12_500_000_000n), dollars(0n)]).toEqual(["-0.000000001", "12.5", "0"]);
  });
});

test("LiteLLM's table is taken exactly, without what is negative, absurd, unpriced or of another kind", () => {
  const entry = { mode: "chat", input_cost_per_token: 2.5e-6, output_cost_per_token: 1e-5 };
  const { rows, refused, others } = readLiteLlmPrices(
    JSON.stringify({
      sample_spec: { mode: "one of: chat, embedding", input_cost_per_token: 0 },
      "gpt-4o": {
        ...entry,
        cache_read_input_token_cost: 1.25e-6,
        max_output_tokens: 16_384,
        litellm_provider: "x",
      },
      embedder: { mode: "embedding", input_cost_per_token: 2e-8, max_output_tokens: "none" },
      painter: { mode: "image_generation", input_cost_per_token: -1 },
      negative: { ...entry, output_cost_per_token: -1e-5 },
      absurd: { ...entry, input_cost_per_token: 2.5 },
      free: { mode: "chat", input_cost_per_token: 0, output_cost_per_token: 0 },
      half: { mode: "chat", input_cost_per_token: 1e-6 },
      words: { ...entry, input_cost_per_token: "1e-6" },
    }),
    "2026-11-28",
    "table.json",
  );
  expect(rows).toEqual([
    row("gpt-4o", "2026-11-28", 2_500_000_000n, {
      cachedInputNano: 1_250_000_000n,
      outputNano: 10_000_000_000n,
      maxOutputTokens: 16_384,
      source: "table.json",
    }),
    row("embedder", "2026-11-28", 20_000_000n, { outputNano: 0n, source: "table.json" }),
  ]);
  expect(refused.map(({ model }) => model)).toEqual(["negative", "absurd", "free", "half", "words"]);
  expect(others).toBe(2);
});

describe("prices in the database", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.drop());
  const read = () => withNoTenant(database.db, allPrices);
  const imports = (rows: PriceRow[]) =>
    withService(database.db, (tx) => writePrices(tx, rows, { replacing: null }));

  test("are those of the file, however often a worker starts, and what an operator imported stays", async () => {
    const { models } = readPriceFile();
    await Promise.all([seedPrices(database.db), seedPrices(database.db)]);
    const seeded = await read();
    expect(seeded).toHaveLength(models.length);
    const { validFrom } = models.find(({ model }) => model === "gpt-4o") ?? expect.unreachable();
    expect(await imports([row("gpt-4o", validFrom, 7n)])).toBe(1);
    await seedPrices(database.db);
    const table = await loadPrices(database.db);
    expect(table.priceOf("gpt-4o", NOW).inputNano).toBe(7n);
    expect(table.priceOf("echo", NOW)).toMatchObject({ inputNano: 10n ** 9n, outputNano: 2n * 10n ** 9n });
    expect(table.priceOf("nobody's", NOW)).toMatchObject({ ...CEILING, priced: false });
  });

  test("that say nothing new are not written again", async () => {
    const before = (await read()).length;
    const same = row("told", "2026-01-01", 10n, { cachedInputNano: 1n });
    expect(await imports([same])).toBe(1);
    expect(await imports([{ ...same, validFrom: "2026-02-01" }])).toBe(0);
    expect(await imports([{ ...same, validFrom: "2026-03-01", outputNano: 9n }])).toBe(1);
    expect((await read()).length).toBe(before + 2);
  });
});
