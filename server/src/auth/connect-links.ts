/** Connect links as a tenant's people and programs make them and take them back, and how their page looks. */
import { randomBytes } from "node:crypto";
import {
  type ConnectLink,
  type ConnectLinkSettings,
  type ConnectLinks,
  type CreateConnectLinkRequest,
  type CreatedConnectLink,
  MAX_LINKS_LISTED,
  type RevokedConnectLink,
} from "@cogni/contract";
import type { RequestMeta } from "../db/audit.ts";
import { connectLinkSettings, setConnectLinkSettings } from "../db/connect-link-settings.ts";
import {
  addConnectLink,
  listConnectLinks,
  type OpenConnectLink,
  revokeConnectLink,
} from "../db/connect-links.ts";
import type { Db } from "../db/pool.ts";
import { withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { createAttemptLimit } from "./attempt-limit.ts";
import { makerOf } from "./authorize.ts";
import type { LinkBearers } from "./link-bearers.ts";
import { hashOfToken } from "./mail-links.ts";
import type { Principal } from "./principal.ts";
import { recordAct } from "./record-act.ts";

export interface ManageConnectLinks {
  list(principal: Principal): Promise<ConnectLinks>;
  /** @throws AppError invalid_request (a return address of a site that is not allowed), rate_limited, database_unavailable */
  create(
    principal: Principal,
    request: CreateConnectLinkRequest,
    meta: RequestMeta,
  ): Promise<CreatedConnectLink>;
  /** Ends what was opened by it, too. @throws AppError link_ended, database_unavailable */
  revoke(principal: Principal, id: string, meta: RequestMeta): Promise<RevokedConnectLink>;
  settings(principal: Principal): Promise<ConnectLinkSettings>;
  /** @throws AppError invalid_request (in production, an origin by `http:`), database_unavailable */
  changeSettings(
    principal: Principal,
    settings: ConnectLinkSettings,
    meta: RequestMeta,
  ): Promise<ConnectLinkSettings>;
}

interface ConnectLinkOptions {
  /** Where the console is served from. */
  readonly origin: string;
  readonly production: boolean;
  readonly livesMs: number;
}

const LINKS_IN_TEN_MINUTES = { max: 1_000, windowMs: 10 * 60 * 1000 };

export function createManageConnectLinks(
  db: Db,
  bearers: LinkBearers,
  { origin, production, livesMs }: ConnectLinkOptions,
): ManageConnectLinks {
  const perTenant = createAttemptLimit(db, "connect_link.tenant", LINKS_IN_TEN_MINUTES);
  return {
    list: ({ billingAccountId }) =>
      withTenant(db, billingAccountId, async (tx) => ({
        links: (await listConnectLinks(tx, MAX_LINKS_LISTED)).map(toAnswer),
      })),

    async create({ billingAccountId, actor }, { channels = null, returnUrl = null }, meta) {
      const createdBy = makerOf(actor);
      await perTenant.begin(billingAccountId);
      const token = randomBytes(32).toString("base64url");
      return withTenant(db, billingAccountId, async (tx) => {
        if (returnUrl !== null) requireAllowed(returnUrl, await connectLinkSettings(tx));
        const tokenHash = hashOfToken(token);
        const wish = { tokenHash, channels, returnUrl, createdBy, livesMs };
        const { id, expiresAt } = await addConnectLink(tx, wish);
        await recordAct(tx, actor, { action: "connect_link.create", subject: id, meta });
        return { id, url: `${origin}/connect/${id}#${token}`, expiresAt: expiresAt.toISOString() };
      });
    },

    async revoke({ billingAccountId, actor }, id, meta) {
      await withTenant(db, billingAccountId, async (tx) => {
        if (!(await revokeConnectLink(tx, id))) throw new AppError("link_ended");
        await recordAct(tx, actor, { action: "connect_link.revoke", subject: id, meta });
      });
      bearers.forget();
      return { id, status: "revoked" };
    },

    settings: ({ billingAccountId }) => withTenant(db, billingAccountId, connectLinkSettings),

    changeSettings({ billingAccountId, actor }, settings, meta) {
      if (production) requireHttps(settings.allowedOrigins);
      return withTenant(db, billingAccountId, async (tx) => {
        await setConnectLinkSettings(tx, settings);
        await recordAct(tx, actor, {
          action: "connect_link.settings",
          subject: billingAccountId,
          meta,
        });
        return settings;
      });
    },
  };
}

function requireAllowed(returnUrl: string, { allowedOrigins }: ConnectLinkSettings): void {
  if (allowedOrigins.includes(new URL(returnUrl).origin)) return;
  const message = "must be of a site that the settings of the connect links allow";
  throw new AppError("invalid_request", { errors: [{ path: "returnUrl", message }] });
}

function requireHttps(origins: readonly string[]): void {
  const errors = origins.flatMap((origin, index) =>
    origin.startsWith("https:")
      ? []
      : [{ path: `allowedOrigins.${index}`, message: "must begin with https:" }],
  );
  if (errors.length > 0) throw new AppError("invalid_request", { errors });
}

function toAnswer({ createdAt, expiresAt, openedAt, ...link }: OpenConnectLink): ConnectLink {
  return {
    ...link,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    openedAt: openedAt?.toISOString() ?? null,
  };
}
