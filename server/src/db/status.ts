/** Everything that GET /channels/status needs of one tenant, in one round trip: the query that runs most. */
import type { Access, BillingAccountId, ChannelId, ErrorCode } from "@cogni/contract";
import { WATCHED } from "./gateways.ts";
import type { Db } from "./pool.ts";
import { readTenant } from "./tenant-read.ts";

export interface ConnectionStatus {
  readonly id: string;
  readonly channel: ChannelId;
  readonly accountId: string;
  readonly displayName: string | null;
  readonly access: Access;
  readonly expiresAt: Date | null;
  readonly desiredState: "connected" | "disconnected";
  readonly credentialVersion: number;
  readonly generation: number;
  readonly settledGeneration: number | null;
  readonly outcome: ErrorCode | null;
  readonly wishedAt: Date;
  readonly connectedAt: Date | null;
  /** The credential version that the observation is of. */
  readonly seenVersion: number | null;
  /** As the watcher wrote it; null while the gateway knows no such account. */
  readonly observation: unknown;
  /** As the watcher wrote it. */
  readonly steadiness: unknown;
  /** When that observation last changed. */
  readonly observedAt: Date | null;
  readonly state: string | null;
  readonly stateSince: Date | null;
  /** People who wait to be let in. */
  readonly pendingSenders: number;
}

/** A login by QR: under way, or how the last one ended. */
export interface LoginStatus {
  readonly channel: ChannelId;
  readonly accountId: string;
  readonly access: Access;
  readonly status: "requested" | "offered" | "succeeded" | "failed" | "cancelled";
  readonly qr: string | null;
  readonly expiresAt: Date | null;
  readonly problem: ErrorCode | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

export interface TenantStatus {
  /** Null while the tenant has no place. */
  readonly gateway: {
    readonly id: string;
    readonly reachable: boolean;
    readonly observedAt: Date | null;
    /** Of the channels it offers: see catalogs.ts. */
    readonly catalogVersion: number;
  } | null;
  readonly connections: readonly ConnectionStatus[];
  readonly logins: readonly LoginStatus[];
}

type StatusRow = ConnectionStatus & {
  /** Of the tenant, the same on every row; times as JSON has them. */
  logins: readonly (Omit<LoginStatus, "expiresAt" | "startedAt" | "endedAt"> & {
    expiresAt: string | null;
    startedAt: string;
    endedAt: string | null;
  })[];
  gatewayId: string;
  reachable: boolean;
  gatewayObservedAt: Date | null;
  catalogVersion: number;
};

/** Without a condition on the tenant: row-level security is the condition, and its index look-ups are the same. */
const STATUS = {
  name: "tenant_status",
  sql: `SELECT p.gateway_id AS "gatewayId", g.reachable AND coalesce(${WATCHED}, false) AS reachable, g.observed_at AS "gatewayObservedAt",
      g.catalog_version AS "catalogVersion",
      c.id, c.channel, c.account_id AS "accountId", coalesce(c.display_name, o.display_name) AS "displayName", c.access,
      c.expires_at AS "expiresAt",
      c.desired_state AS "desiredState", c.credential_version AS "credentialVersion", c.generation,
      c.settled_generation AS "settledGeneration", c.outcome, c.wished_at AS "wishedAt", c.connected_at AS "connectedAt",
      CASE WHEN o.started_at IS NULL OR o.observed_at > o.started_at THEN o.started_version END AS "seenVersion", o.observation, o.steadiness, o.observed_at AS "observedAt", o.state,
      o.state_since AS "stateSince",
      (SELECT count(*)::integer FROM pending_senders s WHERE s.channel = c.channel AND s.decision IS NULL
        AND c.access = 'approval') AS "pendingSenders",
      (SELECT coalesce(jsonb_agg(jsonb_build_object('channel', l.channel, 'accountId', l.account_id,
        'access', l.access, 'status', l.status, 'qr', l.qr, 'expiresAt', l.expires_at, 'problem', l.problem,
        'startedAt', l.started_at, 'endedAt', l.ended_at)), '[]') FROM channel_logins l) AS logins
    FROM placements p JOIN gateways g ON g.id = p.gateway_id
    LEFT JOIN connections c ON c.billing_account_id = p.billing_account_id AND c.channel IS NOT NULL AND c.revoked_at IS NULL
    LEFT JOIN account_observations o ON o.billing_account_id = c.billing_account_id AND o.channel = c.channel
      AND o.gateway_id = p.gateway_id`,
} as const;

/** Throws AppError `database_unavailable`. */
export async function tenantStatus(db: Db, billingAccountId: BillingAccountId): Promise<TenantStatus> {
  const rows = await readTenant<StatusRow>(db, billingAccountId, STATUS);
  const [first] = rows;
  return {
    gateway: first
      ? {
          id: first.gatewayId,
          reachable: first.reachable,
          observedAt: first.gatewayObservedAt,
          catalogVersion: first.catalogVersion,
        }
      : null,
    // A tenant without a connection has one row all the same, with the gateway in it.
    connections: rows.filter((row) => row.id !== null),
    logins: (first?.logins ?? []).map((login) => ({
      ...login,
      startedAt: new Date(login.startedAt),
      expiresAt: login.expiresAt === null ? null : new Date(login.expiresAt),
      endedAt: login.endedAt === null ? null : new Date(login.endedAt),
    })),
  };
}
