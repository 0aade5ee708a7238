/** How many messages to tenants' endpoints the worker delivers a second. */
import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { accountIdOf, type BillingAccountId, type ChannelId, channelIdSchema } from "@cogni/contract";
import type { OwnWorld } from "../../dev-env/src/world.ts";
import { createPools } from "../../server/src/db/pool.ts";
import { withService } from "../../server/src/db/tenant.ts";
import { publishEvents } from "../../server/src/db/webhook-events.ts";
import { Secret } from "../../server/src/secret.ts";
import { type Receiver, startReceiver } from "../../server/test/support/receiver.ts";
import { type Figure, perSecond, times } from "./figures.ts";

const TENANTS = 40;
const MESSAGES = 4_000;
/** As many as the worker sends at once. */
const AT_ONCE = 128;

/** In the world's own control plane, as it runs; the endpoints are in this process. */
export async function benchWebhooks(world: OwnWorld): Promise<Figure[]> {
  const db = createPools(
    {
      apiUrl: new Secret(world.env.DATABASE_URL ?? ""),
      serviceUrl: new Secret(world.env.DATABASE_SERVICE_URL ?? ""),
    },
    console,
  );
  const endpoint = await startReceiver();
  try {
    const tenants = await world.tenants(TENANTS);
    for (const tenant of tenants) {
      const wish = { url: endpoint.url, eventTypes: ["alert.opened"] };
      const { status: code, body } = await world.api(tenant).request("POST", "/api/v1/webhooks", wish);
      if (code !== 201 && code !== 200) throw new Error(`no endpoint was made: ${JSON.stringify(body)}`);
    }
    const ids = tenants.map(({ billingAccountId }) => billingAccountId);
    const deliver = (lanes: number) => rateOf(endpoint, MESSAGES, () => tell(lanes));
    const tell = (lanes: number) =>
      withService(db, (tx) =>
        publishEvents(
          tx,
          Array.from({ length: MESSAGES }, (_, n) => eventOf(n, lanes)),
        ),
      );
    const eventOf = (n: number, lanes: number) =>
      alertOf(
        ids[n % TENANTS] as BillingAccountId,
        channelIdSchema.parse(`bench-${Math.floor(n / TENANTS) % (lanes / TENANTS)}`),
      );
    const apart = await deliver(MESSAGES);
    const queued = await deliver(TENANTS);
    const bare = await rateOf(endpoint, MESSAGES, () => postAll(endpoint.url, MESSAGES));

    return [
      {
        what: `webhook deliveries a second, ${MESSAGES.toLocaleString("en")} messages of as many accounts, ${TENANTS} endpoints`,
        value: `${perSecond(apart)}, ${times(apart / bare)}`,
        beside: `the same POSTs bare, ${AT_ONCE} at once, a connection each ${perSecond(bare)}`,
      },
      {
        what: `the same in ${TENANTS} lanes of ${MESSAGES / TENANTS}, each in its order`,
        value: `${perSecond(queued)}, ${times(queued / bare)}`,
      },
    ];
  } finally {
    await endpoint.close();
    await db.close();
  }
}

function alertOf(billingAccountId: BillingAccountId, channel: ChannelId) {
  const at = new Date();
  const account = { channel, accountId: accountIdOf(billingAccountId) };
  const data = {
    ...account,
    alertId: randomUUID(),
    kind: "account_down",
    code: null,
    openedAt: at.toISOString(),
    resolvedAt: null,
  };
  return { ...account, billingAccountId, type: "alert.opened" as const, at, data };
}

/** Requests a second, from the call until the last has come. */
async function rateOf(endpoint: Receiver, count: number, begin: () => Promise<unknown>): Promise<number> {
  endpoint.received.length = 0;
  const begun = performance.now();
  const begins = begin();
  while (endpoint.received.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  await begins;
  return (count / (performance.now() - begun)) * 1_000;
}

async function postAll(url: string, count: number): Promise<void> {
  const body = JSON.stringify(alertOf("bench" as BillingAccountId, channelIdSchema.parse("bench")));
  let left = count;
  const post = () =>
    new Promise<void>((resolve, reject) => {
      const options = { method: "POST", agent: false, headers: { "content-type": "application/json" } };
      request(url, options, (response) => response.resume().once("end", resolve))
        .once("error", reject)
        .end(body);
    });
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await post();
    }),
  );
}
