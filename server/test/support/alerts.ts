/** What alerts are found in, written as the watcher writes it, beside a clock that is the test's own. */
import {
  type AlertKind,
  type BillingAccountId,
  type ChannelId,
  type ChannelState,
  channelIdSchema,
  type ErrorCode,
  type Role,
} from "@cogni/contract";
import { pino } from "pino";
import { type Looked, look } from "../../src/alerts/look.ts";
import { sendLetters } from "../../src/alerts/mailer.ts";
import { acquireLease, recordReachable } from "../../src/db/gateways.ts";
import { withService } from "../../src/db/tenant.ts";
import { recordStates } from "../../src/db/timeline.ts";
import type { Mail, MailPort } from "../../src/mail/mail-port.ts";
import { timingSchema } from "../../src/timing.ts";
import { register } from "./connections.ts";
import { asSuperuser, CHANNEL, GATEWAY, type TestDatabase, tenants } from "./database.ts";

export const OTHER_CHANNEL = channelIdSchema.parse("discord");
export const TIMING = timingSchema.parse({}).alerts;
const HOLDER = "test";

export interface AlertRow {
  readonly tenant: BillingAccountId | null;
  readonly kind: AlertKind;
  readonly channel: ChannelId | null;
  readonly code: ErrorCode;
  readonly open: boolean;
  readonly resolution: string | null;
}

export type AlertWorld = Awaited<ReturnType<typeof alertWorld>>;

export async function alertWorld(database: TestDatabase) {
  const { db } = database;
  const mails: Mail[] = [];
  const world = {
    db,
    mails,
    now: new Date(),
    leftovers: 0,
    outcome: "sent" as Awaited<ReturnType<MailPort["deliver"]>> | Error,

    /** All that was there before is gone. */
    async begin(...names: string[]): Promise<BillingAccountId[]> {
      await asSuperuser(database, 'TRUNCATE billing_accounts, gateways, alerts, auth."user" CASCADE');
      const ids = await tenants(db, ...names);
      await withService(db, async (tx) => {
        await acquireLease(tx, GATEWAY, HOLDER, 3_600_000);
        await recordReachable(tx, GATEWAY, HOLDER, true);
      });
      mails.length = 0;
      Object.assign(world, { now: new Date(), leftovers: 0, outcome: "sent" });
      return ids;
    },

    /** Registered, and up. */
    async up(tenant: BillingAccountId, channel: ChannelId = CHANNEL): Promise<void> {
      await register(db, tenant, { channel });
      await asSuperuser(
        database,
        "UPDATE connections SET connected_at = now() WHERE billing_account_id = $1",
        [tenant],
      );
      await world.state(tenant, "connected", null, channel);
    },

    async state(
      tenant: BillingAccountId,
      state: ChannelState,
      code: ErrorCode | null = null,
      channel: ChannelId = CHANNEL,
    ): Promise<void> {
      await withService(db, (tx) =>
        recordStates(tx, world.now, [{ billingAccountId: tenant, channel, state, code }]),
      );
    },

    async reachable(reachable: boolean): Promise<void> {
      await withService(db, (tx) => recordReachable(tx, GATEWAY, HOLDER, reachable));
    },

    look(): Promise<Looked> {
      return look({
        db,
        gatewayId: GATEWAY,
        holder: HOLDER,
        clock: () => world.now,
        timing: TIMING,
        expiryDays: 7,
        leftovers: () => world.leftovers,
      });
    },

    /** Time goes by, with looks as seldom as is still counted in full. */
    async pass(ms: number): Promise<void> {
      await world.look();
      for (let left = ms; left > 0; left -= 3 * TIMING.everyMs) {
        world.now = new Date(world.now.getTime() + Math.min(left, 3 * TIMING.everyMs));
        await world.look();
      }
    },

    /** The clock is set anew. */
    jump(ms: number): void {
      world.now = new Date(world.now.getTime() + ms);
    },

    send(): Promise<void> {
      return sendLetters({
        db,
        mail: {
          async deliver(mail) {
            if (world.outcome instanceof Error) throw world.outcome;
            if (world.outcome === "sent") mails.push(mail);
            return world.outcome;
          },
        },
        origin: "https://console.test",
        clock: () => world.now,
        timing: TIMING.mail,
        log: pino({ level: "silent" }),
      });
    },

    /** Someone who has that address, and a role in the tenant; null: an administrator of the platform. */
    async person(email: string, tenant: BillingAccountId | null, role: Role = "owner"): Promise<string> {
      await asSuperuser(
        database,
        'INSERT INTO auth."user" (id, name, email) VALUES ($1, $1, $1) ON CONFLICT DO NOTHING',
        [email],
      );
      if (tenant === null)
        await asSuperuser(database, "INSERT INTO platform_administrators VALUES ($1)", [email]);
      else
        await asSuperuser(
          database,
          "INSERT INTO members (billing_account_id, user_id, role) VALUES ($1, $2, $3)",
          [tenant, email, role],
        );
      return email;
    },

    /** Those that were told of, the oldest first. */
    async alerts(): Promise<AlertRow[]> {
      return (await asSuperuser(
        database,
        `SELECT billing_account_id AS tenant, kind, channel, code, resolved_at IS NULL AS open, resolution
         FROM alerts WHERE opened_at IS NOT NULL ORDER BY opened_at, resolved_at, billing_account_id, kind, channel`,
      )) as unknown as AlertRow[];
    },
  };
  return world;
}
