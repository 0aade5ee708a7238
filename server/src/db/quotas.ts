/**
 * How much of each limit processes have taken, in slices: taken durably before it is used, and what is left over given back.
 * So the sum of what is used never exceeds a limit, whatever dies; what a process held that was killed stays taken until the
 * window ends.
 */
import type { LimitName } from "@cogni/contract";
import type { TenantTx } from "./tenant.ts";

export interface QuotaKey {
  readonly name: LimitName;
  /** A person's hash; '' for the whole tenant. */
  readonly subject: string;
  /** The window: a month, a day or a minute, as text. */
  readonly during: string;
}

export interface Want extends QuotaKey {
  readonly limit: bigint;
  /** Less than this helps nobody. */
  readonly least: bigint;
  /** As much is welcome. */
  readonly most: bigint;
}

export interface Granted extends QuotaKey {
  /** Between `least` and `most`; 0 where not even `least` is left. */
  readonly granted: bigint;
}

const KEY = "(billing_account_id, name, subject, during)";
/** What a window begins with: a budget that is set in the middle of a day counts what was spent of it before. */
const SPENT = `CASE w.name
  WHEN 'day_budget' THEN (SELECT coalesce(sum(cost_nano), 0) FROM usage_days WHERE day = w.during::date)
  WHEN 'month_budget' THEN (SELECT coalesce(sum(cost_nano), 0) FROM usage_days
    WHERE day >= (w.during || '-01')::date AND day < (w.during || '-01')::date + interval '1 month')
  WHEN 'user_day_budget' THEN (SELECT coalesce(sum(cost_nano), 0) FROM usage_events
    WHERE day = w.during::date AND end_user = w.subject)
  ELSE 0 END`;
/** A month's window is read until it is over. */
const KEPT = "interval '40 days'";

/** Takes from all of them at once, each as far as it goes. */
export async function takeQuotas(tx: TenantTx, wants: readonly Want[]): Promise<Granted[]> {
  if (wants.length === 0) return [];
  const columns = [
    tx.billingAccountId,
    wants.map(({ name }) => name),
    wants.map(({ subject }) => subject),
    wants.map(({ during }) => during),
  ];
  await tx.query(
    `INSERT INTO quotas (billing_account_id, name, subject, during, used, drop_after)
     SELECT $1, w.name, w.subject, w.during, ${SPENT}, now() + ${KEPT}
     FROM unnest($2::text[], $3::text[], $4::text[]) AS w (name, subject, during)
     WHERE NOT EXISTS (SELECT FROM quotas q WHERE q.name = w.name AND q.subject = w.subject AND q.during = w.during)
     ORDER BY 1, 2, 3, 4
     ON CONFLICT ${KEY} DO NOTHING`,
    columns,
  );
  const used = await lockQuotas(tx, wants);
  const granted = wants.map(({ limit, least, most, ...key }) => {
    const left = limit - (used.get(nameOf(key)) ?? limit);
    return { ...key, granted: left < least ? 0n : left - most < 0n ? left : most };
  });
  await addToQuotas(
    tx,
    granted.map((each) => ({ ...each, by: each.granted })),
  );
  return granted.map(({ name, subject, during, granted: by }) => ({ name, subject, during, granted: by }));
}

const nameOf = ({ name, subject, during }: QuotaKey): string => `${name} ${during} ${subject}`;

/** Until the transaction ends nobody else changes them: how much of each is taken. In one order, so that nobody waits in a circle. */
async function lockQuotas(tx: TenantTx, keys: readonly QuotaKey[]): Promise<Map<string, bigint>> {
  const rows = await tx.query<QuotaKey & { used: string } & Record<string, unknown>>(
    `SELECT name, subject, during, used::text AS used FROM quotas
     WHERE billing_account_id = $1 AND name = ANY ($2) AND subject = ANY ($3) AND during = ANY ($4)
     ORDER BY name, subject, during FOR UPDATE`,
    [
      tx.billingAccountId,
      keys.map(({ name }) => name),
      keys.map(({ subject }) => subject),
      keys.map(({ during }) => during),
    ],
  );
  return new Map(rows.map((row) => [nameOf(row), BigInt(row.used)]));
}

/** A call was refused by these; which of them had refused none before in their windows. */
export function recordRefusals(tx: TenantTx, keys: readonly QuotaKey[]): Promise<QuotaKey[]> {
  return tx.query<QuotaKey & Record<string, unknown>>(
    `UPDATE quotas q SET refused_at = now()
     FROM unnest($2::text[], $3::text[], $4::text[]) AS k (name, subject, during)
     WHERE q.billing_account_id = $1 AND q.name = k.name AND q.subject = k.subject AND q.during = k.during
       AND q.refused_at IS NULL
     RETURNING q.name, q.subject, q.during`,
    [
      tx.billingAccountId,
      keys.map(({ name }) => name),
      keys.map(({ subject }) => subject),
      keys.map(({ during }) => during),
    ],
  );
}

/** Adds what was used beyond what was taken, or, below 0, gives back what was not used. */
export async function adjustQuotas(
  tx: TenantTx,
  changes: readonly (QuotaKey & { readonly by: bigint })[],
): Promise<void> {
  if (changes.length === 0) return;
  await lockQuotas(tx, changes);
  await addToQuotas(tx, changes);
}

/** Of quotas that are locked. */
async function addToQuotas(
  tx: TenantTx,
  changes: readonly (QuotaKey & { readonly by: bigint })[],
): Promise<void> {
  await tx.query(
    `UPDATE quotas q SET used = q.used + c.by
     FROM unnest($2::text[], $3::text[], $4::text[], $5::bigint[]) AS c (name, subject, during, by)
     WHERE q.billing_account_id = $1 AND q.name = c.name AND q.subject = c.subject AND q.during = c.during`,
    [
      tx.billingAccountId,
      changes.map(({ name }) => name),
      changes.map(({ subject }) => subject),
      changes.map(({ during }) => during),
      changes.map(({ by }) => String(by)),
    ],
  );
}

export interface SlotHolder {
  readonly process: string;
  readonly holdMs: number;
}

/**
 * Takes places for calls under way: as quotas are taken, but for as long as the process lives and renews them.
 * @returns how many more it may have at once; 0 where not even `least` are left
 */
export async function takeSlots(
  tx: TenantTx,
  { process, holdMs }: SlotHolder,
  { limit, least, most }: { limit: number; least: number; most: number },
): Promise<number> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('call slots ' || $1, 0))", [
    tx.billingAccountId,
  ]);
  const [row] = await tx.query<{ granted: number }>(
    `WITH taken AS (SELECT coalesce(sum(slots), 0) AS slots FROM call_slots WHERE expires_at > now() OR process = $1),
       g AS (SELECT CASE WHEN $2 - slots >= $3 THEN least($4, $2 - slots) ELSE 0 END::integer AS granted FROM taken),
       kept AS (
         INSERT INTO call_slots AS s (billing_account_id, process, slots, expires_at)
         SELECT $5, $1, granted, now() + $6 * interval '1 ms' FROM g
         ON CONFLICT (billing_account_id, process) DO UPDATE SET slots = s.slots + excluded.slots,
           expires_at = excluded.expires_at
       )
     SELECT granted FROM g`,
    [process, limit, least, most, tx.billingAccountId, holdMs],
  );
  return row?.granted ?? 0;
}

/** The process lives, and has so many more; below 0, so many less. */
export async function keepSlots(tx: TenantTx, { process, holdMs }: SlotHolder, by: number): Promise<void> {
  const [row] = await tx.query<{ slots: number }>(
    `UPDATE call_slots SET slots = slots + $2, expires_at = now() + $3 * interval '1 ms' WHERE process = $1
     RETURNING slots`,
    [process, by, holdMs],
  );
  if (row?.slots === 0) await tx.query("DELETE FROM call_slots WHERE process = $1 AND slots = 0", [process]);
}
