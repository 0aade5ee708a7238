/**
 * What our LLM endpoint costs a call, with key check, a budget that is held durably and metering: beside the bare upstream, a
 * pass-through that does nothing, nginx as a plain proxy and Portkey's gateway, the last two as far as they are installed. PostgreSQL, with its disk, is on the same machine.
 */
import { type Figure, median, ms, perSecond } from "./figures.ts";
import { backToBack, type Rate, rateOf, type Streams, streamsOf } from "./llm/calls.ts";
import { type Installation, startInstallation } from "./llm/installation.ts";
import {
  type Party,
  startNginx,
  startOurs,
  startPassThrough,
  startPortkey,
  startUpstream,
} from "./llm/parties.ts";

const SECONDS = 8;
const WARM_UP_SECONDS = 8;
const ROUNDS = 500;

export async function benchLlm(): Promise<Figure[]> {
  const running: { stop(): Promise<void> }[] = [];
  const started = <T extends { stop(): Promise<void> }>(part: T): T => {
    running.unshift(part);
    return part;
  };
  try {
    const installation = started(await startInstallation());
    const bare = started(await startUpstream());
    const env = { ...installation.env, LLM_BASE_URL: `${bare.origin}/v1` };
    const ours = started(await startOurs(env, installation.key));
    const others = [
      await startPassThrough(bare.origin),
      await startNginx(bare.origin),
      await startPortkey(bare.origin),
    ].filter((party) => party !== null);
    others.forEach(started);
    const all = [bare, ...others, ours];

    const rates = new Map<Party, Rate>();
    for (const party of all) {
      // Once unmeasured each, so that all are warm.
      await rateOf(party, WARM_UP_SECONDS);
      rates.set(party, await rateOf(party, SECONDS));
    }
    const whole = await backToBack(all, ROUNDS, false);
    const first = await backToBack(all, ROUNDS, true);
    const streams = new Map<Party, Streams>();
    for (const party of [...others, ours]) streams.set(party, await streamsOf(party));
    running.splice(running.indexOf(ours), 1);
    await ours.stop();
    return [
      rateFigure(ours, all, rates),
      lateFigure("an LLM call back to back, added to the bare one, p50", ours, all, whole, "under 1 ms"),
      lateFigure("a stream's first byte, later than the bare one, p50", ours, all, first, "at most 1.5 ms"),
      streamsFigure(ours, streams),
      await billFigure(installation),
    ];
  } finally {
    for (const part of running) await part.stop();
  }
}

function rateFigure(ours: Party, all: readonly Party[], rates: ReadonlyMap<Party, Rate>): Figure {
  const said = (party: Party): string => {
    const rate = rates.get(party);
    if (!rate) throw new Error(`${party.name} was not measured`);
    const cpu = party.pids.length > 0 ? `, ${Math.round(rate.cpuMicros)} µs CPU a request` : "";
    return `${perSecond(rate.perSecond)}${cpu}, p99 ${rate.p99Ms} ms`;
  };
  return {
    what: "LLM calls, 20 connections, not streamed",
    value: said(ours),
    beside: others(ours, all)
      .map((party) => `${party.name} ${said(party)}`)
      .join("; "),
    goal: "at least 5,000/s, under 200 µs",
  };
}

function lateFigure(
  what: string,
  ours: Party,
  all: readonly Party[],
  times: ReadonlyMap<Party, readonly number[]>,
  goal: string,
): Figure {
  const p50 = (party: Party) => median(times.get(party) ?? []);
  const [bare] = all;
  const added = (party: Party) => `${(p50(party) - (bare ? p50(bare) : 0)).toFixed(2)} ms`;
  const beside = others(ours, all).map((party) =>
    party === bare ? `bare ${ms(p50(party))}` : `${party.name} ${added(party)}`,
  );
  return { what, value: added(ours), beside: beside.join("; "), goal };
}

function streamsFigure(ours: Party, measured: ReadonlyMap<Party, Streams>): Figure {
  const said = (party: Party): string => {
    const streams = measured.get(party);
    if (!streams) throw new Error(`${party.name} was not measured`);
    const { cpuShare, rssMegabytes, intact, of, paceShare } = streams;
    return `${Math.round(cpuShare * 100)} % of a core, ${Math.round(rssMegabytes)} MB, ${intact} of ${of} intact, ${Math.round(paceShare * 100)} % of the pace`;
  };
  const beside = [...measured.keys()]
    .filter((party) => party !== ours)
    .map((party) => `${party.name} ${said(party)}`);
  return {
    what: "200 streams of a chunk every 5 ms",
    value: said(ours),
    beside: beside.join("; "),
    goal: "within one core and 250 MB, every chunk intact",
  };
}

async function billFigure({ billed }: Installation): Promise<Figure> {
  const { calls, cost, taken } = await billed();
  return {
    what: "calls of all this that were written down",
    value: calls.toLocaleString("en"),
    beside:
      cost === taken
        ? "their sum is what the budget has lost"
        : `they cost ${cost}, the budget has lost ${taken}`,
  };
}

const others = (ours: Party, all: readonly Party[]): Party[] => all.filter((party) => party !== ours);
