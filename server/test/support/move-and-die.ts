/**
 * Moves connections, and kills itself (SIGKILL: nothing is tidied up) at the statement it is told, before the statement is sent, while
 * it is on its way, or when its answer has come. Run as a process of its own by vault/move-killed.test.ts.
 */
import pg from "pg";
import { createPools } from "../../src/db/pool.ts";
import { Secret } from "../../src/secret.ts";
import { moveConnections } from "../../src/vault/move.ts";
import { createVault } from "../../src/vault/vault.ts";

const [apiUrl = "", serviceUrl = "", key = "", batch = "", at = "", moment = ""] = process.argv.slice(2);

let statements = 0;
const die = () => process.kill(process.pid, "SIGKILL");
const query = pg.Client.prototype.query as (...args: unknown[]) => Promise<unknown>;
pg.Client.prototype.query = function counted(this: pg.Client, ...args: unknown[]) {
  statements += 1;
  if (statements !== Number(at)) return query.apply(this, args);
  if (moment === "before") die();
  const answered = query.apply(this, args);
  if (moment === "after") return answered.finally(die);
  // It has been handed to the kernel by then, or not.
  setImmediate(die);
  return answered;
} as typeof pg.Client.prototype.query;

const db = createPools(
  { apiUrl: new Secret(apiUrl), serviceUrl: new Secret(serviceUrl) },
  { warn: () => undefined },
);
const vault = createVault({ current: new Secret(key), previous: [] });
await moveConnections(db, vault, () => undefined, Number(batch));
await db.close();
