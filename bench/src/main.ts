/**
 * `npm run bench`: what is fast, measured beside what it is compared with, in one run on one machine. Starts a world of
 * its own (the real gateway, PostgreSQL and control plane, a Telegram stand-in), prints a Markdown table, stops all.
 */
import { cpus, totalmem } from "node:os";
import { freePort } from "../../dev-env/src/ports.ts";
import type { Tenant } from "../../dev-env/src/seed.ts";
import { startWorld } from "../../dev-env/src/world.ts";
import { startApiProcess } from "./api-process.ts";
import { benchAudit } from "./audit.ts";
import { openBareGateway } from "./bare-gateway.ts";
import { benchCatalog } from "./catalog.ts";
import { benchConnecting } from "./connecting.ts";
import { type Figure, table } from "./figures.ts";
import { benchHealthWatch } from "./health-watch.ts";
import { benchLlm } from "./llm.ts";
import { benchResolver } from "./resolver.ts";
import { benchStatus } from "./status.ts";
import { benchStreamDelay, benchStreamMemory } from "./streams.ts";
import { benchAccess, benchMemory, benchRevocation, benchThroughput } from "./throughput.ts";
import { benchWebhooks } from "./webhooks.ts";

const POLLING = 20;
const ACCOUNTS = 100;
const CHANNEL = "telegram";

const step = (line: string) => console.error(`… ${line}`);
const watched = (tenant: Tenant | undefined) => ({
  id: tenant?.billingAccountId ?? "",
  apiKey: tenant?.apiKey ?? "",
});
const figures: Figure[] = [];
const add = (...more: Figure[]) => {
  figures.push(...more);
  for (const { what, value, beside } of more)
    console.error(`  ${what}: ${value}${beside ? ` (${beside})` : ""}`);
};

step("starting a world: PostgreSQL, gateway, control plane with the console off");
const world = await startWorld({ settings: { CONSOLE: "off" } });
try {
  const bare = await openBareGateway(world.gateway);
  try {
    const tenants = await world.tenants(POLLING + 1);
    const [asker, leaver] = [tenants[0], tenants[POLLING]];
    if (!asker || !leaver) throw new Error("the world made no tenants");
    const bots = await Promise.all(tenants.slice(0, POLLING).map(() => world.bot()));
    const connect = async (index: number) => {
      const [tenant, bot] = [tenants[index], bots[index]];
      if (!tenant || !bot) return;
      await world.api(tenant).connect(CHANNEL, bot.token);
      await world.api(tenant).reaches(CHANNEL, ["connected"], 90_000);
    };

    step("the catalog; 1 account: status");
    add(await benchCatalog(bare));
    await connect(0);
    add(await benchStatus(world.api(asker), bare, 1));

    step(`${POLLING} polling accounts: status, connecting`);
    await Promise.all(bots.map((_, index) => (index === 0 ? undefined : connect(index))));
    add(await benchStatus(world.api(asker), bare, POLLING));
    add(
      ...(await benchConnecting(
        world,
        bare,
        bots.map(({ token }) => token),
      )),
    );

    step("1,000 streams");
    add(await benchStreamMemory({ ...world.env, CONSOLE: "off" }));
    add(
      await benchStreamDelay(
        world,
        bots.map(({ token }, index) => ({ ...watched(tenants[index]), token })),
      ),
    );

    step(`${ACCOUNTS} accounts, ${ACCOUNTS - POLLING} of them in webhook mode: status, throughput, memory`);
    const webhooks = await Promise.all(
      Array.from({ length: ACCOUNTS - POLLING }, async (_, index) => ({
        accountId: `bench-webhook-${index}`,
        botToken: (await world.bot()).token,
        port: await freePort(),
      })),
    );
    await bare.addWebhookAccounts(webhooks);
    add(await benchStatus(world.api(asker), bare, ACCOUNTS));
    add(...(await benchThroughput(world, asker)));
    add(await benchAccess(world, asker));
    add(await benchMemory(world, asker, world.stack.controlPlane.pid(), ACCOUNTS));

    step("a second process; a key revoked");
    const second = await startApiProcess(world.env);
    add(await benchRevocation(world, leaver, [world.url, second.url]));
    await second.stop();

    step("the credential resolver");
    add(await benchResolver(world));

    step("the audit: appending, verifying");
    add(...(await benchAudit(world.env)));

    step("webhooks");
    add(...(await benchWebhooks(world)));

    step("the health watch, 1,000 accounts");
    add(...(await benchHealthWatch(world.env)));

    step("LLM calls: bare, nginx, Portkey's gateway, ours");
    add(...(await benchLlm()));
  } finally {
    await bare.client.close();
  }
} finally {
  step("stopping");
  await world.stop();
}
const [cpu] = cpus();
console.log(
  `\nNode ${process.version}, ${cpus().length} cores (${cpu?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log(table(figures));
