/** How a tenant's channels have been in the last days. */
import type { Timeline } from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import { tenantStatus } from "../db/status.ts";
import { withTenant } from "../db/tenant.ts";
import { statesSince } from "../db/timeline.ts";
import type { ChannelsDeps } from "./deps.ts";
import { timelineOf, unwatchedSince } from "./timeline.ts";

const DAY_MS = 86_400_000;
const HOURS_OF_A_DAY = 24;

/**
 * Of every channel that anything is known of in that time. A day is told in hours, more in days.
 * @throws AppError database_unavailable
 */
export async function channelsTimeline(
  deps: ChannelsDeps,
  { billingAccountId }: Pick<Principal, "billingAccountId">,
  days: number,
): Promise<Timeline> {
  const to = deps.clock();
  const from = new Date(to.getTime() - days * DAY_MS);
  const { gateway } = await tenantStatus(deps.db, billingAccountId);
  const rows = await withTenant(deps.db, billingAccountId, (tx) => statesSince(tx, from));
  const span = { from, to, parts: days === 1 ? HOURS_OF_A_DAY : days };
  const channels = [...Map.groupBy(rows, ({ channel }) => channel)]
    // Over before that time began, and nothing since.
    .filter(([, changes]) => changes.length > 1 || changes[0]?.state !== "not_connected")
    .map(([channel, changes]) => {
      const known = gateway?.reachable ? changes : unwatchedSince(changes, gateway?.observedAt ?? from);
      return { channel, ...timelineOf(known, span) };
    });
  return { from: from.toISOString(), to: to.toISOString(), channels };
}
