/**
 * How often something was done, counted in fixed windows that every process shares. rate-limiter-flexible decides; the
 * rows are written by SQL of ours, in place of the library's, which goes by the clock of whichever process asks: where two
 * clocks differ by more than a window, nobody would be limited any more.
 */
import { createHash } from "node:crypto";
import type pg from "pg";
import { RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";
import { asDatabaseError } from "./errors.ts";
import type { Db } from "./pool.ts";
import type { ServiceTx } from "./tenant.ts";

export interface Window {
  /** So often it may be done within a window. */
  readonly max: number;
  readonly windowMs: number;
}

export interface Counted {
  readonly allowed: boolean;
  /** How often it may still be done in this window. */
  readonly left: number;
  readonly endsInMs: number;
}

/** Each throws AppError `database_unavailable`: nobody gets past a limit because nobody counts. */
export interface Counter extends Window {
  /** Counts once more, unless that would be beyond the limit. */
  take(key: string): Promise<Counted>;
  /** Counts nothing. */
  look(key: string): Promise<Counted>;
  /** It was none of what is counted. */
  giveBack(key: string): Promise<void>;
}

/** A refusal is believed for so long without asking the database: it is not to be kept busy by whoever is refused. */
const BELIEVED_MS = 1_000;
const MAX_REMEMBERED = 10_000;

/**
 * @param name of what is counted; counters of one name share their counts, in all processes
 * @param now milliseconds of a clock that never jumps
 */
export function createCounter(
  db: Db,
  name: string,
  { max, windowMs }: Window,
  now: () => number = () => performance.now(),
): Counter {
  const windows = new SharedWindows(db.api, name, max, windowMs / 1000);
  const refused = new Map<string, { readonly since: number; readonly endsInMs: number }>();

  function remember(key: string, { endsInMs }: Counted): void {
    refused.delete(key);
    refused.set(key, { since: now(), endsInMs });
    const oldest = refused.size > MAX_REMEMBERED ? refused.keys().next().value : undefined;
    if (oldest !== undefined) refused.delete(oldest);
  }

  function remembered(key: string): Counted | null {
    const refusal = refused.get(key);
    if (!refusal) return null;
    const passedMs = now() - refusal.since;
    if (passedMs < Math.min(BELIEVED_MS, refusal.endsInMs)) {
      return { allowed: false, left: 0, endsInMs: refusal.endsInMs - passedMs };
    }
    refused.delete(key);
    return null;
  }

  return {
    max,
    windowMs,
    async take(who) {
      const key = hashOf(who);
      const known = remembered(key);
      if (known) return known;
      try {
        return counted(await windows.consume(key), true);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw asDatabaseError(error);
        const refusal = counted(error, false);
        remember(key, refusal);
        await windows.reward(key).catch(rethrown);
        return refusal;
      }
    },
    async look(who) {
      const found = await windows.get(hashOf(who)).catch(rethrown);
      return found
        ? counted(found, found.remainingPoints > 0)
        : { allowed: true, left: max, endsInMs: windowMs };
    },
    async giveBack(who) {
      const key = hashOf(who);
      await windows.reward(key).catch(rethrown);
      refused.delete(key);
    },
  };
}

function counted({ remainingPoints, msBeforeNext }: RateLimiterRes, allowed: boolean): Counted {
  return { allowed, left: remainingPoints, endsInMs: msBeforeNext };
}

/** Short, whatever the key is made of, and nothing that a reader of the table could use. */
function hashOf(who: string): string {
  return createHash("sha256").update(who).digest("base64url");
}

function rethrown(error: unknown): never {
  throw asDatabaseError(error);
}

/** Drops the windows that ended a minute ago or more. */
export async function forgetRateLimits(tx: ServiceTx): Promise<void> {
  await tx.query(`DELETE FROM rate_limits WHERE expire < ${NOW_MS} - 60000`);
}

const NOW_MS = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

interface WindowRow {
  readonly points: number;
  readonly ends_in_ms: number;
}

/** What the library calls of a store, answered by the database's clock. */
class SharedWindows extends RateLimiterPostgres {
  private readonly pool: pg.Pool;

  constructor(pool: pg.Pool, keyPrefix: string, points: number, duration: number) {
    super({
      storeClient: pool,
      storeType: "pool",
      tableName: "rate_limits",
      // By a migration, and emptied by forgetRateLimits: the API's role may do neither.
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix,
      points,
      duration,
    });
    this.pool = pool;
  }

  /**
   * A window begins anew when it has ended, and when it ends later than one that begins now could: then the database's
   * clock was set back, or the setting is another. A minute is allowed for, because requests overtake each other.
   */
  async _upsert(key: string, points: number, msDuration: number): Promise<Rows> {
    return this.rows(
      `WITH clock AS (SELECT ${NOW_MS} AS now)
       INSERT INTO rate_limits AS held (key, points, expire)
         SELECT $1, greatest($2::integer, 0), now + $3::bigint FROM clock
       ON CONFLICT (key) DO UPDATE SET
         points = CASE WHEN held.expire <= excluded.expire - $3 OR held.expire > excluded.expire + 60000
           THEN excluded.points ELSE greatest(held.points + $2, 0) END,
         expire = CASE WHEN held.expire <= excluded.expire - $3 OR held.expire > excluded.expire + 60000
           THEN excluded.expire ELSE held.expire END
       RETURNING points, least(expire - (SELECT now FROM clock), $3) AS ends_in_ms`,
      [key, points, msDuration],
    );
  }

  async _get(key: string): Promise<Rows | null> {
    const found = await this.rows(
      `SELECT points, least(expire - ${NOW_MS}, $2::bigint) AS ends_in_ms FROM rate_limits
       WHERE key = $1 AND expire > ${NOW_MS} AND expire <= ${NOW_MS} + $2 + 60000`,
      [key, this.duration * 1000],
    );
    return found.rows.length > 0 ? found : null;
  }

  private async rows(sql: string, values: readonly (string | number)[]): Promise<Rows> {
    const { rows } = await this.pool.query<WindowRow>(sql, [...values]);
    // The library takes this process's clock off again, the moment it reads it.
    return { rows: rows.map((row) => ({ points: row.points, expire: Date.now() + row.ends_in_ms })) };
  }
}

interface Rows {
  readonly rows: readonly { readonly points: number; readonly expire: number }[];
}
