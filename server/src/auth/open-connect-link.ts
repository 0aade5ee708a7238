/** A connect link in the hands of whoever got it: opened once, embedded where its tenant allows it. */
import type { ConnectLinkSettings, OpenConnectLinkRequest, OpenedConnectLink } from "@cogni/contract";
import type { RequestMeta } from "../db/audit.ts";
import { connectLinkSettings, originsOfConnectLink } from "../db/connect-link-settings.ts";
import { lookUpConnectLink, type OpenedLink, useConnectLink } from "../db/connect-links.ts";
import type { Db } from "../db/pool.ts";
import { withNoTenant, withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { networkOf } from "../network.ts";
import { countingWrong, createAttemptLimit } from "./attempt-limit.ts";
import { isStillMeant, newLinkBearer } from "./link-bearers.ts";
import { hashOfToken } from "./mail-links.ts";
import { recordAct } from "./record-act.ts";

export interface ConnectLinkDoor {
  /** Exchanges the link's token for a bearer, once. @throws AppError link_ended, rate_limited, database_unavailable */
  open(request: OpenConnectLinkRequest, meta: RequestMeta): Promise<OpenedConnectLink>;
  /** Which sites may embed the page of that link; none for an id that no link has. @throws AppError database_unavailable */
  originsOf(id: string): Promise<readonly string[]>;
}

const TEN_MINUTES_MS = 10 * 60 * 1000;
const LINK_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function createConnectLinkDoor(db: Db): ConnectLinkDoor {
  const wrongLinks = createAttemptLimit(db, "connect_link.address", { max: 50, windowMs: TEN_MINUTES_MS });

  async function exchange(
    { id, token }: OpenConnectLinkRequest,
    meta: RequestMeta,
  ): Promise<OpenedConnectLink> {
    const link = await withNoTenant(db, (tx) => lookUpConnectLink(tx, hashOfToken(token)));
    if (!link || link.opened || link.id !== id.toLowerCase() || !isStillMeant(link)) {
      throw new AppError("link_ended");
    }
    const { bearer, bearerHash } = newLinkBearer();
    const { opened, settings } = await withTenant(db, link.billingAccountId, async (tx) => {
      const used = await useConnectLink(tx, link.id, bearerHash);
      if (!used) throw new AppError("link_ended");
      const actor = { kind: "link", id: link.id } as const;
      await recordAct(tx, actor, { action: "connect_link.open", subject: link.id, meta });
      return { opened: used, settings: await connectLinkSettings(tx) };
    });
    const { channels, expiresAt } = opened;
    return {
      bearer: bearer.reveal(),
      tenantName: link.billingAccountName,
      brand: { name: settings.name ?? link.billingAccountName, color: settings.color },
      channels,
      returnUrl: stillAllowed(opened, settings),
      allowedOrigins: [...settings.allowedOrigins],
      expiresAt: expiresAt.toISOString(),
    };
  }

  return {
    open: (request, meta) =>
      countingWrong(wrongLinks, networkOf(meta.remoteAddress), "link_ended", () => exchange(request, meta)),
    originsOf: async (id) => (LINK_ID.test(id) ? withNoTenant(db, (tx) => originsOfConnectLink(tx, id)) : []),
  };
}

/** The settings may have changed since the link was made. */
function stillAllowed({ returnUrl }: OpenedLink, { allowedOrigins }: ConnectLinkSettings): string | null {
  return returnUrl !== null && allowedOrigins.includes(new URL(returnUrl).origin) ? returnUrl : null;
}
