/** The audit log against what tenants did: one row for each request that was carried into the database, and one for its end. */
import type { Database } from "../database.ts";
import type { Act } from "./acts.ts";

interface Row {
  readonly id: string;
  readonly tenantId: string;
  readonly by: string;
  readonly action: string;
  readonly outcome: string;
  readonly requestId: string | null;
}

export interface AuditWatch {
  /**
   * How the rows that are new since the last call differ from these acts; empty when they match. Rows of other tenants than
   * these are not looked at.
   */
  differences(acts: readonly Act[], tenantIds: readonly string[]): Promise<string[]>;
  /** From here on rows are new. */
  turn(): Promise<void>;
}

const END_OF = {
  "channel.connect": "connected",
  "channel.replace": "connected",
  "channel.disconnect": "disconnected",
} as const;

export function watchAudit({ query }: Database): AuditWatch {
  let seen = "0";

  return {
    async differences(acts, tenantIds) {
      const rows = await query<Row>(
        `SELECT id::text, billing_account_id AS "tenantId", actor->>'kind' AS by, action, outcome, request_id AS "requestId"
         FROM audit_log WHERE id > $1 AND billing_account_id = ANY($2) ORDER BY id`,
        [seen, tenantIds],
      );
      const requested = rows.filter(({ by }) => by !== "system");
      const found = requested
        .filter((row) => !acts.some((act) => isOf(row, act)))
        .map((row) => `a row that nobody's act is: ${JSON.stringify(row)}`);
      for (const act of acts) {
        const own = requested.filter((row) => isOf(row, act));
        const name = `${act.action} of ${act.tenantId}`;
        if (own.length === 0) found.push(`${name} has no row`);
        // An attempt that was answered with an error may have been carried out all the same, and then is told of.
        if (new Set(own.map(({ requestId }) => requestId)).size < own.length)
          found.push(`${name} has two rows`);
        const ends = rows.filter(
          ({ by, tenantId, outcome }) =>
            by === "system" && tenantId === act.tenantId && outcome === END_OF[act.action],
        );
        if (ends.length === 0) found.push(`${name} has no end`);
        if (ends.length > own.length) found.push(`${name} has ${ends.length} ends for ${own.length} rows`);
      }
      const doers = new Set(acts.map(({ tenantId }) => tenantId));
      for (const { tenantId, ...row } of rows) {
        if (!doers.has(tenantId)) found.push(`${tenantId} did nothing, but: ${JSON.stringify(row)}`);
      }
      return found;
    },
    async turn() {
      const [row] = await query<{ last: string }>("SELECT coalesce(max(id), 0)::text AS last FROM audit_log");
      seen = row?.last ?? "0";
    },
  };
}

const isOf = ({ tenantId, action, requestId }: Row, act: Act): boolean =>
  tenantId === act.tenantId &&
  act.attempts.some((attempt) => attempt.requestId === requestId) &&
  // A token that replaces one which is being disconnected connects.
  (action === act.action || (action !== "channel.disconnect" && act.action !== "channel.disconnect"));
