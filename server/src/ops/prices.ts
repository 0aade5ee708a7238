/** `ops prices`: what models cost, imported from LiteLLM's public table, and listed. */
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { notifyLlm } from "../db/notify.ts";
import { recordPlatformAct } from "../db/platform-audit.ts";
import { allPrices, type PriceRow, writePrices } from "../db/prices.ts";
import { withNoTenant, withService } from "../db/tenant.ts";
import { dollars } from "../usage/decimals.ts";
import { type ImportedPrices, readLiteLlmPrices } from "../usage/litellm-prices.ts";
import { type OpsCommand, operand, UsageError } from "./command.ts";

const importPrices: OpsCommand = {
  words: ["prices", "import"],
  operands: ["file"],
  options: {
    from: { type: "string", help: "the day from which they hold, YYYY-MM-DD in UTC; today by default" },
  },
  help: "take prices from LiteLLM's model_prices_and_context_window.json; what was used before keeps its price",
  async run({ db }, [file = ""], { from }) {
    const validFrom = operand(z.iso.date(), from ?? new Date().toISOString().slice(0, 10), "day");
    const { rows, refused, others } = await read(file, validFrom);
    const written = await withService(db, async (tx) => {
      const changed = await writePrices(tx, rows, { replacing: null });
      if (changed === 0) return 0;
      await recordPlatformAct(tx, {
        actor: { kind: "system", id: "ops" },
        action: "prices.import",
        subject: `${basename(file)}: ${changed} of ${rows.length}, from ${validFrom}`,
        meta: null,
      });
      await notifyLlm(tx, null);
      return changed;
    });
    const lines = [
      ...refused.map(({ model, reason }) => `Not taken: ${model}: ${reason}`),
      `Read ${rows.length} prices, of which ${written} were new or changed; they hold from ${validFrom} on. ` +
        `Not taken: ${refused.length} entries named above, and ${others} of other kinds.`,
    ];
    return { text: lines.join("\n"), data: { read: rows.length, written, validFrom, refused, others } };
  },
};

async function read(file: string, validFrom: string): Promise<ImportedPrices> {
  try {
    return readLiteLlmPrices(await readFile(file, "utf8"), validFrom, basename(file));
  } catch (cause) {
    throw new UsageError(`The file can't be read: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

const list: OpsCommand = {
  words: ["prices", "list"],
  operands: [],
  options: { model: { type: "string", help: "of models whose name has this in it" } },
  help: "list what models cost, and from which day on",
  async run({ db }, _operands, { model }) {
    const all = await withNoTenant(db, allPrices);
    const rows = all.filter((row) => typeof model !== "string" || row.model.includes(model));
    const data = rows.map((row) => ({
      ...row,
      inputNano: row.inputNano.toString(),
      cachedInputNano: row.cachedInputNano?.toString() ?? null,
      outputNano: row.outputNano.toString(),
    }));
    return { text: rows.map(said).join("\n") || "There are no prices.", data };
  },
};

function said({ model, validFrom, inputNano, cachedInputNano, outputNano, source }: PriceRow): string {
  const cached = cachedInputNano === null ? "" : `, ${dollars(cachedInputNano)} from cache`;
  return `${model}  from ${validFrom}  USD for a million tokens: ${dollars(inputNano)} in${cached}, ${dollars(outputNano)} out  (${source})`;
}

export const priceCommands = [importPrices, list];
