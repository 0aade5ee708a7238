/** Who did what to the installation, and what came of it. Rows are only ever added, and belong to no tenant. */
import type { PlatformAction } from "@cogni/contract";
import type { RequestMeta } from "./audit.ts";
import type { Tx } from "./tenant.ts";

export interface PlatformAct {
  readonly actor: { readonly kind: "person" | "system"; readonly id: string };
  readonly action: PlatformAction;
  /** The id of whom or what it was done to. */
  readonly subject: string;
  /** Null for the operator's command line. */
  readonly meta: RequestMeta | null;
  /** A word for what came of it; `done` unless said. */
  readonly outcome?: string;
}

/** Written in the transaction of what it tells of, so that neither stands without the other. */
export async function recordPlatformAct(tx: Tx, act: PlatformAct): Promise<void> {
  await tx.query(
    `INSERT INTO platform_audit_log (actor, action, subject, outcome, request_id, remote_address)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      JSON.stringify(act.actor),
      act.action,
      act.subject,
      act.outcome ?? "done",
      act.meta?.requestId ?? null,
      act.meta?.remoteAddress ?? null,
    ],
  );
}
