/**
 * What the gateway says of its accounts at one moment, parsed and freed of everything nobody here reads. Pure: the
 * watcher fetches, this only reads.
 */
import { z } from "zod";

/** How an account is addressed on a gateway. */
export interface AccountKey {
  readonly channel: string;
  readonly accountId: string;
}

export type AccountKeyString = `${string}/${string}`;

export function accountKeyString({ channel, accountId }: AccountKey): AccountKeyString {
  return `${channel}/${accountId}`;
}

/** Epoch milliseconds of the gateway's clock; channels leave out what they do not track. */
const time = z.number().nullish().transform(orNull);
const text = z.string().nullish().transform(orNull);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value === true);

/** One account's row. Loose where channels differ: an absent flag is false, an absent time or text is null. */
export const accountObservationSchema = z.object({
  enabled: flag,
  configured: flag,
  running: flag,
  connected: flag,
  /** Null where the channel has no QR login, and so nothing to be linked to. */
  linked: z.boolean().nullish().transform(orNull),
  lifecycle: text,
  lastError: text,
  lastStartAt: time,
  lastConnectedAt: time,
  lastInboundAt: time,
  lastOutboundAt: time,
  lastTransportActivityAt: time,
  reconnectAttempts: z
    .number()
    .nullish()
    .transform((value) => value ?? 0),
  restartPending: flag,
  terminalDisconnect: flag,
  healthState: text,
  stateReason: text,
});
export type AccountObservation = z.infer<typeof accountObservationSchema>;

export interface Snapshot {
  /** When the gateway was asked: everything in here is at least as new. */
  readonly observedAt: Date;
  /** How long it took to answer, in milliseconds. */
  readonly durationMs: number;
  readonly accounts: ReadonlyMap<AccountKeyString, AccountObservation>;
}

/** The part of the answer of `channels.status` that names channels and accounts. */
export const channelsStatusSchema = z.looseObject({
  /** The channels whose plugin is loaded, in the gateway's order. */
  channelOrder: z.array(z.string()),
  channelLabels: z.record(z.string(), z.string()),
  channelAccounts: z.record(z.string(), z.array(z.looseObject({ accountId: z.string() }))),
});
export type ChannelsStatus = z.infer<typeof channelsStatusSchema>;

/** @throws z.ZodError when a row has a field of another type than we know. */
export function toSnapshot(status: ChannelsStatus, observedAt: Date, durationMs: number): Snapshot {
  const accounts = new Map<AccountKeyString, AccountObservation>();
  for (const [channel, rows] of Object.entries(status.channelAccounts)) {
    for (const row of rows) {
      accounts.set(
        accountKeyString({ channel, accountId: row.accountId }),
        accountObservationSchema.parse(row),
      );
    }
  }
  return { observedAt, durationMs, accounts };
}

function orNull<T>(value: T | null | undefined): T | null {
  return value ?? null;
}
