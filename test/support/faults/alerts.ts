/** Which alerts a fault opens: of the operator's one for each outage, and none of tenants, who can do nothing about a wire. */
import type { Database } from "../database.ts";

export interface OpenedAlerts {
  /** Their kinds. */
  readonly operator: readonly string[];
  readonly tenants: readonly string[];
  /** Of all of them, those that are not over. */
  readonly standing: number;
}

export interface AlertWatch {
  /** Since the last turn. */
  opened(): Promise<OpenedAlerts>;
  /** From here on they are new. */
  turn(): void;
}

export function watchAlerts({ query }: Database): AlertWatch {
  let since = new Date();
  return {
    async opened() {
      const alerts = await query<{ kind: string; ofTenant: boolean; over: boolean }>(
        `SELECT kind, billing_account_id IS NOT NULL AS "ofTenant", resolved_at IS NOT NULL AS over
         FROM alerts WHERE opened_at > $1`,
        [since],
      );
      const kinds = (ofTenant: boolean) =>
        alerts.filter((alert) => alert.ofTenant === ofTenant).map(({ kind }) => kind);
      return {
        operator: kinds(false),
        tenants: kinds(true),
        standing: alerts.filter(({ over }) => !over).length,
      };
    },
    turn() {
      since = new Date();
    },
  };
}
