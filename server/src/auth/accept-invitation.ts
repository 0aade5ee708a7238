/** An invitation in the hands of whoever has its link: looked at, and accepted once, by the address it is for. */
import type {
  AcceptedInvitation,
  AcceptInvitationRequest,
  FieldError,
  InvitationDetails,
} from "@cogni/contract";
import type { RequestMeta } from "../db/audit.ts";
import type { OwnSession } from "../db/own-sessions.ts";
import { insertPerson, isTaken, personOfId } from "../db/people.ts";
import type { Db } from "../db/pool.ts";
import { withNoTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { networkOf } from "../network.ts";
import { countingWrong, createAttemptLimit } from "./attempt-limit.ts";
import type { BetterAuth, Client } from "./better-auth.ts";
import { hashOfToken } from "./mail-links.ts";
import { refuseEmailAsPassword } from "./new-password.ts";
import { type OpenedInvitation, openInvitation } from "./open-invitation.ts";
import type { Sessions } from "./sessions.ts";

export interface Accepted {
  readonly tenant: AcceptedInvitation;
  /** Values for `Set-Cookie`, where a new person was signed in. */
  readonly cookies: readonly string[];
}

export interface InvitationLinks {
  /** @throws AppError invitation_ended, rate_limited, database_unavailable */
  look(token: string, address: string): Promise<InvitationDetails>;
  /**
   * @param session of whoever is signed in; else a new person is made, unless the address has one
   * @throws AppError invitation_ended, invitation_for_another, unauthenticated (the address has an account: sign in first),
   *   invalid_request (a new person without name or password), rate_limited, database_unavailable
   */
  accept(
    request: AcceptInvitationRequest,
    session: OwnSession | null,
    client: Client,
    meta: RequestMeta,
  ): Promise<Accepted>;
}

const TEN_MINUTES_MS = 10 * 60 * 1000;

export function createInvitationLinks(
  db: Db,
  sessions: Sessions,
  betterAuth: () => Promise<BetterAuth>,
): InvitationLinks {
  const wrongLinks = createAttemptLimit(db, "invitation.address", { max: 50, windowMs: TEN_MINUTES_MS });
  const withOpen = <T>(
    token: string,
    address: string,
    work: (invitation: OpenedInvitation) => Promise<T>,
  ): Promise<T> =>
    countingWrong(wrongLinks, networkOf(address), "invitation_ended", async () => {
      const invitation = await openInvitation(db, hashOfToken(token));
      if (!invitation) throw new AppError("invitation_ended");
      return work(invitation);
    });

  async function asMember(
    invitation: OpenedInvitation,
    { userId }: OwnSession,
    meta: RequestMeta,
  ): Promise<void> {
    const person = await withNoTenant(db, (tx) => personOfId(tx, userId));
    if (person?.email !== invitation.email) throw new AppError("invitation_for_another");
    await invitation.join(meta, async () => userId);
  }

  async function asNewPerson(
    { email, join }: OpenedInvitation,
    { name, password }: AcceptInvitationRequest,
    client: Client,
    meta: RequestMeta,
  ): Promise<readonly string[]> {
    if (await withNoTenant(db, (tx) => isTaken(tx, email))) throw signInFirst();
    if (name === undefined || password === undefined) throw missing({ name, password });
    refuseEmailAsPassword(password, email);
    const { hashPassword, signIn } = await betterAuth();
    const passwordHash = await hashPassword(password);
    await join(meta, async (tx) => {
      const userId = await insertPerson(tx, { name, email, passwordHash });
      if (userId === null) throw signInFirst();
      return userId;
    });
    const signedIn = await signIn({ email, password }, client);
    if (!signedIn) throw new AppError("internal_error");
    return signedIn.cookies;
  }

  return {
    look: (token, address) =>
      withOpen(token, address, async ({ tenant, role, email }) => ({
        billingAccountName: tenant.billingAccountName,
        role,
        email: masked(email),
        hasAccount: await withNoTenant(db, (tx) => isTaken(tx, email)),
      })),

    accept: (request, session, client, meta) =>
      withOpen(request.token, client.address, async (invitation) => {
        const cookies = session ? [] : await asNewPerson(invitation, request, client, meta);
        if (session) await asMember(invitation, session, meta);
        sessions.forget();
        return { tenant: invitation.tenant, cookies };
      }),
  };
}

/** `ann@example.com` as `a•••@example.com`. */
function masked(email: string): string {
  return email.replace(/^(.)[^@]*/u, "$1•••");
}

function signInFirst(): AppError {
  return new AppError("unauthenticated", {
    detail: "The invited address has an account: sign in with it, then open the link again.",
  });
}

function missing(given: { name: string | undefined; password: string | undefined }): AppError {
  const errors: FieldError[] = Object.entries(given).flatMap(([path, value]) =>
    value === undefined ? [{ path, message: "is needed: nobody has that address yet" }] : [],
  );
  return new AppError("invalid_request", { errors });
}
