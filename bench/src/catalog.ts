/** Reading what the gateway offers: once after each connect and whenever its plugins change, then from memory. */
import { join } from "node:path";
import pino from "pino";
import { readCatalog } from "../../server/src/gateway/catalog.ts";
import { keepCatalog } from "../../server/src/gateway/keep-catalog.ts";
import { readOverlay } from "../../server/src/gateway/overlay.ts";
import type { BareGateway } from "./bare-gateway.ts";
import { type Figure, median, ms, timed } from "./figures.ts";

const COLD_ROUNDS = 5;
const WARM_ROUNDS = 1_000;
const OVERLAY = join(import.meta.dirname, "..", "..", "config", "channels.json");

export async function benchCatalog({ client }: BareGateway): Promise<Figure> {
  const log = pino({ level: "silent" });
  const overlay = readOverlay(OVERLAY);
  const options = { client, overlay, channelPlugins: [], installing: new Set<string>(), log };
  const kept = keepCatalog(() => readCatalog(options), log);
  const cold: number[] = [];
  for (let round = 0; round < COLD_ROUNDS; round += 1) cold.push(await timed(() => kept.renew()));
  const keptThere = async () => (await kept.get(() => undefined)).size;
  const channels = await keptThere();
  const warm = await timed(async () => {
    for (let round = 0; round < WARM_ROUNDS; round += 1) await keptThere();
  });
  return {
    what: `the catalog of ${channels} channels, read from the gateway (first, then the median of ${COLD_ROUNDS})`,
    value: `${ms(cold[0] ?? Number.NaN)}, ${ms(median(cold))}`,
    beside: `as it is kept ${((warm / WARM_ROUNDS) * 1_000).toFixed(1)} µs`,
  };
}
