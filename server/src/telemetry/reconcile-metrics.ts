/** What the loops did: each run for an account, and each login by QR, by how it ended. */
import { Counter, Histogram, type Registry } from "prom-client";

export interface ReconcileMetrics {
  ran(gateway: string, loop: LoopName, outcome: RunOutcome, ms: number): void;
  loginEnded(gateway: string, channel: string, outcome: string): void;
}

/** `account` carries wishes out, `login` follows logins by QR. */
export type LoopName = "account" | "login";
export type RunOutcome = "done" | "retry" | "needs_person" | "failed";

/** In seconds. One that has nothing to do takes milliseconds, one that starts an account waits 10 s for it. */
const BUCKETS = [0.01, 0.05, 0.25, 1, 2.5, 5, 10, 30, 90, 180];

export function reconcileMetrics(registry: Registry): ReconcileMetrics {
  const registers = [registry];
  const runs = new Histogram({
    name: "cogni_reconcile_run_duration_seconds",
    help: "Runs of the loops, one for each look at an account, by how they ended.",
    labelNames: ["gateway", "loop", "outcome"],
    buckets: BUCKETS,
    registers,
  });
  const logins = new Counter({
    name: "cogni_logins_total",
    help: "Logins by QR that have ended, by how.",
    labelNames: ["gateway", "channel", "outcome"],
    registers,
  });
  return {
    ran: (gateway, loop, outcome, ms) => runs.observe({ gateway, loop, outcome }, ms / 1_000),
    loginEnded: (gateway, channel, outcome) => logins.inc({ gateway, channel, outcome }),
  };
}
