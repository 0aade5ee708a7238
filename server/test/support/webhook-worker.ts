/**
 * A sender as a process of its own, which a test kills: `node webhook-worker.ts <service url> <api url>`. It runs until it is told to
 * end, or is not asked.
 */
import { createPools } from "../../src/db/pool.ts";
import { createLogger } from "../../src/log.ts";
import { Secret } from "../../src/secret.ts";
import { timingSchema } from "../../src/timing.ts";
import { createVault } from "../../src/vault/vault.ts";
import { startSender } from "../../src/webhooks/sender.ts";
import { KEY, LOOPBACK, QUICK } from "./webhook-settings.ts";

const [, , serviceUrl = "", apiUrl = ""] = process.argv;
const log = createLogger("error");
const db = createPools({ apiUrl: new Secret(apiUrl), serviceUrl: new Secret(serviceUrl) }, log);
startSender({
  db,
  vault: createVault({ current: KEY, previous: [] }),
  resolve: async () => ["127.0.0.1"],
  reach: { privateNetworks: LOOPBACK, plainHttp: true },
  logDays: 30,
  timing: { ...timingSchema.parse({}).webhooks, ...QUICK },
  clock: () => new Date(),
  chance: Math.random,
  log,
});
// The sender's own pauses hold no process.
setInterval(() => undefined, 1_000);
