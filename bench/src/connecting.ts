/** One connect until green, through the API and by bare RPC in turns, and what the neighbours notice of it. */
import type { World } from "../../dev-env/src/world-client.ts";
import type { BareGateway } from "./bare-gateway.ts";
import { type Figure, median, ms, timed, times } from "./figures.ts";

const ROUNDS = 9;
const CHANNEL = "telegram";

/** @param neighbours tokens of bots that are connected and polling */
export async function benchConnecting(
  world: World,
  bare: BareGateway,
  neighbours: readonly string[],
): Promise<Figure[]> {
  const tenants = await world.tenants(ROUNDS);
  const ours: number[] = [];
  const theirs: number[] = [];
  const begun = Date.now();
  for (const [round, tenant] of tenants.entries()) {
    const [forUs, forThem] = [await world.bot(), await world.bot()];
    const api = world.api(tenant);
    ours.push(
      await timed(async () => {
        const { status } = await api.connect(CHANNEL, forUs.token);
        if (status !== "connected") await api.reaches(CHANNEL, ["connected"]);
      }),
    );
    theirs.push(await timed(() => bare.connect(`bench-${round}`, forThem.token)));
  }
  const gaps = await Promise.all(neighbours.map((token) => world.telegram.longestPollGap(token, begun)));
  const ratio = median(ours) / median(theirs);
  return [
    {
      what: `connect until green, ${neighbours.length} accounts (median of ${ROUNDS})`,
      value: `${ms(median(ours))}, ${times(ratio)}`,
      beside: `bare RPC ${ms(median(theirs))}`,
      goal: "at most 1.15 x",
    },
    {
      what: `longest pause in a neighbour's polling during ${2 * ROUNDS} connects`,
      value: ms(Math.max(...gaps)),
      goal: "0 downtime (a poll follows the last)",
    },
  ];
}
