/** Looks for what is wrong again and again, as long as the lease on the gateway is held: see alerts/look.ts. */
import { type Looked, look } from "../alerts/look.ts";
import { planRestart } from "../db/alert-facts.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Logger } from "../log.ts";
import { repeat } from "../repeat.ts";
import type { Timing } from "../timing.ts";

export interface AlertSettings {
  readonly alertTiming: Timing["alerts"];
  /** How long those that are over are kept. */
  readonly alertDays: number;
  /** So long before its end is told of a credential or a key. */
  readonly expiryDays: number;
}

export interface AlertsDeps extends AlertSettings {
  readonly db: Db;
  readonly gateway: Pick<Gateway, "id" | "onReachable">;
  readonly holder: string;
  readonly clock: () => Date;
  /** Accounts without a connection of ours that run on until an operator has looked. */
  readonly leftovers: () => number;
  readonly log: Logger;
}

export function startAlerts(deps: AlertsDeps): { stop(): Promise<void> } {
  const { db, gateway, alertTiming: timing, clock, log } = deps;
  const looking = repeat(lookOnce, () => timing.everyMs);
  let planning = Promise.resolve();
  const unsubscribe = gateway.onReachable(({ restartsChannels }) => {
    if (restartsChannels) planning = expectRestarts();
  });

  async function lookOnce(): Promise<void> {
    const looked = await look({ ...deps, gatewayId: gateway.id, timing }).catch((error: unknown): Looked => {
      log.warn({ err: error }, "what is wrong could not be looked at; the next look does");
      return null;
    });
    for (const { kind, billingAccountId, channel, subject, code } of looked?.opened ?? [])
      log.warn({ kind, billingAccountId, channel, subject, code }, "an alert was opened");
    for (const { kind, billingAccountId, channel, subject, resolution } of looked?.resolved ?? [])
      log.info({ kind, billingAccountId, channel, subject, resolution }, "an alert is over");
  }

  /** Our own change of its config makes the gateway's accounts reconnect: that is no outage. */
  async function expectRestarts(): Promise<void> {
    const from = clock();
    const until = new Date(from.getTime() + timing.plannedMs);
    await withService(db, (tx) => planRestart(tx, gateway.id, { from, until })).catch((error: unknown) =>
      log.warn({ err: error }, "a planned restart could not be written down; what is slow may be told of"),
    );
  }

  return {
    async stop() {
      unsubscribe();
      await looking.stop();
      await planning;
    },
  };
}
