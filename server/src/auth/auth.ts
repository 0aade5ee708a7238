/** Sign-in and identification, put together. */
import type { Config } from "../config.ts";
import type { Db } from "../db/pool.ts";
import { withNoTenant } from "../db/tenant.ts";
import type { Logger } from "../log.ts";
import type { MailPort } from "../mail/mail-port.ts";
import type { Pseudonyms } from "../vault/pseudonyms.ts";
import { createInvitationLinks, type InvitationLinks } from "./accept-invitation.ts";
import { createApiKeys } from "./api-keys.ts";
import type { BetterAuth } from "./better-auth.ts";
import { createByMail } from "./by-mail.ts";
import { createManageConnectLinks, type ManageConnectLinks } from "./connect-links.ts";
import { createInvitations, type Invitations } from "./invitations.ts";
import { createLinkBearers } from "./link-bearers.ts";
import { createManageMembers, type ManageMembers } from "./manage-members.ts";
import { type ConnectLinkDoor, createConnectLinkDoor } from "./open-connect-link.ts";
import { createOperator, type Operator } from "./operator.ts";
import { createOwnSessions } from "./own-sessions.ts";
import { createPeople, type People } from "./people.ts";
import { createPrincipals, type Principals } from "./principals.ts";
import { recordOwnAct } from "./record-act.ts";
import { sessionCookie } from "./session-cookie.ts";
import { createSessions } from "./sessions.ts";
import { createSingleSignOn, type SingleSignOn } from "./single-sign-on.ts";
import { createTenants, type Tenants } from "./tenants.ts";
import { createWallets, type Wallets } from "./wallets.ts";

export interface Auth {
  readonly principals: Principals;
  readonly people: People;
  readonly wallets: Wallets;
  readonly singleSignOn: SingleSignOn;
  readonly members: ManageMembers;
  readonly invitations: Invitations & InvitationLinks;
  readonly tenants: Tenants;
  readonly operator: Operator;
  readonly connectLinks: ManageConnectLinks & ConnectLinkDoor;
}

export function createAuth(
  config: Config,
  db: Db,
  log: Logger,
  pseudonyms: Pseudonyms,
  mail: MailPort,
): Auth {
  const ttlMs = config.timing.principalCacheMs;
  const cookie = sessionCookie(config);
  const { origin } = config.http.publicUrl;
  const sessions = createSessions(cookie, db, ttlMs);
  const linkBearers = createLinkBearers(db, ttlMs);

  // Loaded when somebody first signs in: it takes 40 MB, and a process that scripts call by key never needs it.
  let betterAuth: Promise<BetterAuth> | null = null;
  const load = async (): Promise<BetterAuth> => {
    const { createBetterAuth } = await import("./better-auth.ts");
    return createBetterAuth(origin, cookie, db.api, log, (userId, { address, requestId }) =>
      withNoTenant(db, (tx) => recordOwnAct(tx, userId, "sign_in", { requestId, remoteAddress: address })),
    );
  };
  const loaded = () => (betterAuth ??= load());

  const byMail = createByMail({
    db,
    mail,
    origin,
    sessions,
    hashPassword: async (password) => (await loaded()).hashPassword(password),
    log,
  });
  return {
    principals: createPrincipals([createApiKeys(db, ttlMs, log), linkBearers], sessions),
    people: createPeople(loaded, db, sessions, cookie, {
      ...byMail,
      ...createOwnSessions(cookie, db, sessions),
    }),
    wallets: createWallets(config, db, loaded),
    singleSignOn: createSingleSignOn(config, db, loaded, cookie, log),
    members: createManageMembers(db, sessions),
    invitations: {
      ...createInvitations(db, mail, origin),
      ...createInvitationLinks(db, sessions, loaded),
    },
    tenants: createTenants(db, sessions, pseudonyms, !config.production && config.roles.has("worker")),
    operator: createOperator(db, mail, origin, pseudonyms),
    connectLinks: {
      ...createManageConnectLinks(db, linkBearers, {
        origin,
        production: config.production,
        livesMs: config.timing.connectLinkMs,
      }),
      ...createConnectLinkDoor(db),
    },
  };
}
