/** Calls as they are measured: many at once, one after the other, and streams. */
import { createHash } from "node:crypto";
import { Agent, type IncomingMessage, request } from "node:http";
import autocannon from "autocannon";
import { hashOfStream } from "./chunks.ts";
import type { Party } from "./parties.ts";
import { cpuSeconds, rssMegabytes } from "./processes.ts";

const CONNECTIONS = 20;
const STREAM_TICKS = 1_500;
const STREAMS = 200;

const bodyOf = (words: string, rest: object = {}): string =>
  JSON.stringify({ model: "echo", messages: [{ role: "user", content: words }], max_tokens: 50, ...rest });
const streamed = (ticks: number, from: number): string =>
  bodyOf(`ticks:${ticks}:${from}`, { stream: true, stream_options: { include_usage: true } });

export interface Rate {
  readonly perSecond: number;
  readonly requests: number;
  /** Of the party's own processes, for each request. */
  readonly cpuMicros: number;
  readonly p99Ms: number;
}

/** @throws Error when any answer is not 2xx: a fast refusal must not count as speed */
export async function rateOf({ url, headers, pids, name }: Party, seconds: number): Promise<Rate> {
  const before = cpuSeconds(pids);
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: bodyOf("Good morning!"),
  });
  const used = cpuSeconds(pids) - before;
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${name}: ${result.non2xx} refusals and ${result.errors} errors under load`);
  const { total } = result.requests;
  return {
    perSecond: total / seconds,
    requests: total,
    cpuMicros: (used * 1e6) / total,
    p99Ms: result.latency.p99,
  };
}

/** Milliseconds of each of these parties' calls, in turns, one after the other on a connection that stays open. */
export async function backToBack(
  parties: readonly Party[],
  rounds: number,
  stream: boolean,
): Promise<Map<Party, number[]>> {
  const agents = new Map(parties.map((party) => [party, new Agent({ keepAlive: true, maxSockets: 1 })]));
  const times = new Map<Party, number[]>(parties.map((party) => [party, []]));
  const body = stream ? streamed(1, 0) : bodyOf("Good morning!");
  for (let round = -rounds / 10; round < rounds; round += 1) {
    for (const [party, agent] of agents) {
      const begun = performance.now();
      const answer = await send(party, body, agent);
      let first = 0;
      for await (const _ of answer) first ||= performance.now();
      if (round >= 0) times.get(party)?.push((stream ? first : performance.now()) - begun);
    }
  }
  for (const agent of agents.values()) agent.destroy();
  return times;
}

export interface Streams {
  /** Of one core. */
  readonly cpuShare: number;
  readonly rssMegabytes: number;
  readonly intact: number;
  readonly of: number;
  /** How many chunks a second came, of those that were meant to. */
  readonly paceShare: number;
}

/** Many streams at once, of which every byte is compared. */
export async function streamsOf(party: Party): Promise<Streams> {
  const agent = new Agent({ keepAlive: false, maxSockets: STREAMS });
  const [before, begun] = [cpuSeconds(party.pids), performance.now()];
  let rss = 0;
  const watching = setInterval(() => {
    rss = Math.max(rss, rssMegabytes(party.pids));
  }, 500);
  const hashes = await Promise.all(
    Array.from({ length: STREAMS }, async (_, index) => {
      const hash = createHash("sha256");
      for await (const part of await send(party, streamed(STREAM_TICKS, index * 7), agent)) hash.update(part);
      return hash.digest("hex") === hashOfStream(STREAM_TICKS, index * 7);
    }),
  );
  clearInterval(watching);
  const seconds = (performance.now() - begun) / 1_000;
  agent.destroy();
  return {
    cpuShare: (cpuSeconds(party.pids) - before) / seconds,
    rssMegabytes: rss,
    intact: hashes.filter(Boolean).length,
    of: STREAMS,
    paceShare: (STREAM_TICKS * 0.005) / seconds,
  };
}

function send({ url, headers, name }: Party, body: string, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const all = { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    request(url, { method: "POST", agent, headers: all }, (answer) => {
      if (answer.statusCode === 200) resolve(answer);
      else reject(new Error(`${name} answered ${answer.statusCode}`));
    })
      .once("error", reject)
      .end(body);
  });
}
