/** This process: what it is, what Node says of it, its connections to the database, the streams that it holds open. */
import { collectDefaultMetrics, Gauge, type Registry } from "prom-client";

export interface ProcessFacts {
  readonly version: string;
  readonly roles: readonly string[];
  readonly pools: () => readonly PoolLoad[];
}

export interface ProcessMetrics {
  /** How many status streams are open is told by this from now on. */
  streams(read: () => number): void;
}

export interface PoolLoad {
  readonly pool: string;
  /** In someone's hands, and open in all. */
  readonly used: number;
  readonly open: number;
  readonly max: number;
  /** Who waits for one. */
  readonly waiting: number;
}

export function processMetrics(registry: Registry, { version, roles, pools }: ProcessFacts): ProcessMetrics {
  const registers = [registry];
  const ofPools = (name: string, help: string, read: (load: PoolLoad) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["pool"],
      registers,
      collect() {
        for (const load of pools()) this.set({ pool: load.pool }, read(load));
      },
    });
  new Gauge({
    name: "cogni_build_info",
    help: "Always 1; the program's version, Node's, and what this process does.",
    labelNames: ["version", "node", "roles"],
    registers,
  }).set({ version, node: process.versions.node, roles: roles.join() }, 1);
  ofPools("cogni_db_pool_connections_used", "Database connections in use.", ({ used }) => used);
  ofPools(
    "cogni_db_pool_connections_open",
    "Database connections that are open, in use or not.",
    ({ open }) => open,
  );
  ofPools("cogni_db_pool_connections_max", "How many database connections there may be.", ({ max }) => max);
  ofPools(
    "cogni_db_pool_waiting",
    "Transactions that wait for a database connection.",
    ({ waiting }) => waiting,
  );
  return {
    streams(read) {
      new Gauge({
        name: "cogni_http_streams_open",
        help: "Status streams that are open.",
        registers,
        collect() {
          this.set(read());
        },
      });
    },
  };
}

const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
];

/** Memory, processor, files, event loop, garbage collection: by the names that every Node program has them under. */
export function addProcess(registry: Registry): void {
  collectDefaultMetrics({ register: registry });
  // Gauges by a counter's name, of what `nodejs_active_resources` tells by kind.
  for (const name of MISNAMED) registry.removeSingleMetric(name);
}
