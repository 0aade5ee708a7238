/** Reading the state: through the API, and by the gateway's own RPC, which costs more the more accounts it has. */
import type { World } from "../../dev-env/src/world-client.ts";
import type { BareGateway } from "./bare-gateway.ts";
import { type Figure, median, ms, timed } from "./figures.ts";

const ROUNDS = 60;

export async function benchStatus(
  api: ReturnType<World["api"]>,
  bare: BareGateway,
  accounts: number,
): Promise<Figure> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await timed(() => api.status()));
    if (round % 3 === 0) theirs.push(await timed(() => bare.client.channelsStatus()));
  }
  return {
    what: `status, ${accounts} account${accounts === 1 ? "" : "s"}, p50`,
    value: ms(median(ours)),
    beside: `bare channels.status ${ms(median(theirs))}`,
    ...(accounts >= 100 && { goal: "at most 5 ms" }),
  };
}
