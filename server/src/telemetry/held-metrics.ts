/**
 * What only the holder of a gateway's lease can tell of it. Looked up when Prometheus asks, from what is in memory: no query, no
 * call to the gateway. With the lease the series go, so that no two processes tell the same.
 */
import { Gauge, type Registry } from "prom-client";
import type { LoopName } from "./reconcile-metrics.ts";

export interface HeldMetrics {
  /** This process may come to hold the lease; call what is returned when it ends. */
  contend(gateway: string): () => void;
  /** It holds it; call what is returned when it does no more. */
  hold(gateway: string, source: HeldGateway): () => void;
}

export interface HeldGateway {
  reachable(): boolean;
  /** When the gateway was asked for what is known of it; null: it never answered. */
  seenAt(): Date | null;
  /** Of its config: edits that wait to be written, and writes that it takes before it refuses. */
  writes(): { readonly waiting: number; readonly left: number };
  loads(): Readonly<Record<LoopName, LoopLoad>>;
}

/** Accounts of one loop. */
export interface LoopLoad {
  readonly running: number;
  /** For their next try. */
  readonly waiting: number;
  /** For how long the oldest run goes on, in milliseconds; 0 where there is none. */
  readonly longestMs: number;
}

export function heldMetrics(registry: Registry): HeldMetrics {
  const contended = new Set<string>();
  const held = new Map<string, HeldGateway>();
  const gauge = (name: string, help: string, labelNames: string[], read: Read) =>
    new Gauge({
      name,
      help,
      labelNames: ["gateway", ...labelNames],
      registers: [registry],
      collect() {
        this.reset();
        for (const [gateway, source] of held) {
          for (const [labels, value] of read(source)) this.set({ gateway, ...labels }, value);
        }
      },
    });

  new Gauge({
    name: "cogni_gateway_lease_held",
    help: "1 where this process holds the gateway's lease, 0 where it stands by.",
    labelNames: ["gateway"],
    registers: [registry],
    collect() {
      this.reset();
      for (const gateway of contended) this.set({ gateway }, held.has(gateway) ? 1 : 0);
    },
  });
  gauge("cogni_gateway_up", "1 where the gateway answers and is as it should be.", [], (source) => [
    [{}, source.reachable() ? 1 : 0],
  ]);
  gauge(
    "cogni_gateway_last_seen_timestamp_seconds",
    "When the gateway last told of its accounts.",
    [],
    (source) => [source.seenAt()].flatMap((at) => (at ? [[{}, at.getTime() / 1_000] as const] : [])),
  );
  gauge(
    "cogni_gateway_config_edits_waiting",
    "Edits of the gateway's config that wait to be written.",
    [],
    (source) => [[{}, source.writes().waiting]],
  );
  gauge(
    "cogni_gateway_config_writes_left",
    "Config writes that the gateway takes before it refuses.",
    [],
    (source) => [[{}, source.writes().left]],
  );
  gauge(
    "cogni_reconcile_accounts",
    "Accounts that a loop is at, running or waiting for their next try.",
    ["loop", "state"],
    (source) =>
      Object.entries(source.loads()).flatMap(([loop, { running, waiting }]) => [
        [{ loop, state: "running" }, running] as const,
        [{ loop, state: "waiting" }, waiting] as const,
      ]),
  );
  gauge(
    "cogni_reconcile_longest_run_seconds",
    "For how long the oldest run under way goes on.",
    ["loop"],
    (source) => Object.entries(source.loads()).map(([loop, { longestMs }]) => [{ loop }, longestMs / 1_000]),
  );

  return {
    contend(gateway) {
      contended.add(gateway);
      return () => contended.delete(gateway);
    },
    hold(gateway, source) {
      held.set(gateway, source);
      return () => held.delete(gateway);
    },
  };
}

type Read = (
  source: HeldGateway,
) => readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
