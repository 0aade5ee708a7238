/** Requests a second at 16 connections, with API key and row-level security; memory under load; a revoked key's end. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type BillingAccountId, billingAccountIdSchema } from "@cogni/contract";
import type { Tenant } from "../../dev-env/src/seed.ts";
import type { World } from "../../dev-env/src/world-client.ts";
import { listApiKeys, revokeApiKey } from "../../server/src/db/api-keys.ts";
import { createPools } from "../../server/src/db/pool.ts";
import { withTenant } from "../../server/src/db/tenant.ts";
import { Secret } from "../../server/src/secret.ts";
import { type Figure, median, ms, perSecond, timed, times } from "./figures.ts";
import { load } from "./load.ts";

const SECONDS = 15;
const ACCESS_ROUNDS = 400;
const statusUrl = (url: string) => `${url}/api/v1/channels/status`;

export async function benchThroughput(world: World, tenant: Tenant): Promise<Figure[]> {
  const baseline = await startBaseline(world, tenant);
  try {
    // Once unmeasured each, so that both are warm.
    await load(statusUrl(world.url), tenant.apiKey, 3);
    await load(baseline.url, tenant.apiKey, 3);
    const ours = await load(statusUrl(world.url), tenant.apiKey, SECONDS);
    const bare = await load(baseline.url, tenant.apiKey, SECONDS);
    return [
      {
        what: "status over HTTP, 16 connections, API key and RLS",
        value: `${perSecond(ours.requestsPerSecond)}, p50 ${ours.p50Ms} ms, p99 ${ours.p99Ms} ms`,
        beside: `Hono with one bare tenant transaction ${perSecond(bare.requestsPerSecond)} (${times(ours.requestsPerSecond / bare.requestsPerSecond)} of it)`,
        goal: "at least 0.50 x; stretch 6,000/s",
      },
    ];
  } finally {
    baseline.process.kill();
    await once(baseline.process, "exit");
  }
}

/** What it costs a request to find out who asks and to keep the wall: with both, and the same row with neither. */
export async function benchAccess(world: World, tenant: Tenant): Promise<Figure> {
  const baseline = await startBaseline(world, tenant);
  try {
    const headers = { authorization: `Bearer ${tenant.apiKey}` };
    const ask = (url: string) => timed(async () => (await fetch(url, { headers })).text());
    const [guarded, open]: [number[], number[]] = [[], []];
    for (let round = 0; round < ACCESS_ROUNDS; round += 1) {
      guarded.push(await ask(`${world.url}/api/v1/me`));
      open.push(await ask(`${baseline.url}open`));
    }
    return {
      what: "who asks and the wall, added to a request, p50",
      value: ms(median(guarded) - median(open)),
      beside: `${ms(median(guarded))} with, ${ms(median(open))} without`,
      goal: "under 1 ms",
    };
  } finally {
    baseline.process.kill();
    await once(baseline.process, "exit");
  }
}

/** RSS of the control plane after a minute of status load. */
export async function benchMemory(
  world: World,
  tenant: Tenant,
  pid: number,
  accounts: number,
): Promise<Figure> {
  await load(statusUrl(world.url), tenant.apiKey, 60);
  const kilobytes = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  return {
    what: `control plane's RSS, console off, ${accounts} accounts, after a minute of status load`,
    value: `${Math.round(kilobytes / 1024)} MB`,
    goal: "under 200 MB",
  };
}

/** How long a key is still believed after it was revoked in the database, by each process that has just used it. */
export async function benchRevocation(
  world: World,
  tenant: Tenant,
  urls: readonly string[],
): Promise<Figure> {
  const ask = async (url: string) =>
    (await fetch(statusUrl(url), { headers: { authorization: `Bearer ${tenant.apiKey}` } })).status;
  for (const url of urls) if ((await ask(url)) !== 200) throw new Error(`${url} refuses a good key`);
  await revokeKeys(world, billingAccountIdSchema.parse(tenant.billingAccountId));
  const seconds = await Promise.all(
    urls.map((url) =>
      timed(async () => {
        while ((await ask(url)) !== 401) await sleep(50);
      }),
    ),
  );
  return {
    what: `a revoked key refused, ${urls.length} processes`,
    value: seconds.map((value) => `${(value / 1000).toFixed(1)} s`).join(", "),
    goal: "within 5 s in every process",
  };
}

async function revokeKeys(world: World, billingAccountId: BillingAccountId): Promise<void> {
  const urls = { apiUrl: new Secret(world.env.DATABASE_URL ?? ""), serviceUrl: null };
  const db = createPools(urls, { warn: (details, message) => console.error(message, details) });
  try {
    await withTenant(db, billingAccountId, async (tx) => {
      for (const { id } of await listApiKeys(tx, new Date())) await revokeApiKey(tx, id);
    });
  } finally {
    await db.close();
  }
}

async function startBaseline(world: World, tenant: Tenant): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "hono-baseline.ts")], {
    env: { ...world.env, TENANT: tenant.billingAccountId },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(createInterface(child.stdout), "line");
  return { process: child, url: `http://127.0.0.1:${port}/` };
}
