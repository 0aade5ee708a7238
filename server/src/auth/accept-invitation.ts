/** An invitation in the hands of whoever has its link: looked at, and accepted once, by the address it is for. */
import type {
  AcceptedInvitation,
  AcceptInvitationRequest,
  FieldError,
  InvitationDetails,
} from "@cogni/contract";
import { lookUpInvitation, type Offer, useInvitation } from "../db/invitations.ts";
import { addMember, lockMembers } from "../db/members.ts";
import type { OwnSession } from "../db/own-sessions.ts";
import { insertPerson, isTaken, personOfId } from "../db/people.ts";
import type { Db } from "../db/pool.ts";
import { type TenantTx, withNoTenant, withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { countingWrong, createAttemptLimit } from "./attempt-limit.ts";
import type { BetterAuth, Client } from "./better-auth.ts";
import { hashOfToken } from "./mail-links.ts";
import { refuseEmailAsPassword } from "./new-password.ts";
import { recordAct } from "./record-act.ts";
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
    requestId: string,
  ): Promise<Accepted>;
}

const TEN_MINUTES_MS = 10 * 60 * 1000;

export function createInvitationLinks(
  db: Db,
  sessions: Sessions,
  betterAuth: () => Promise<BetterAuth>,
): InvitationLinks {
  const wrongLinks = createAttemptLimit({ max: 50, windowMs: TEN_MINUTES_MS });
  const withOffer = <T>(token: string, address: string, work: (offer: Offer) => Promise<T>): Promise<T> =>
    countingWrong(wrongLinks, address, "invitation_ended", async () => {
      const offer = await withNoTenant(db, (tx) => lookUpInvitation(tx, hashOfToken(token)));
      if (!offer) throw new AppError("invitation_ended");
      return work(offer);
    });

  async function asMember(offer: Offer, { userId }: OwnSession, requestId: string): Promise<void> {
    const person = await withNoTenant(db, (tx) => personOfId(tx, userId));
    if (person?.email !== offer.email) throw new AppError("invitation_for_another");
    await withTenant(db, offer.billingAccountId, (tx) => join(tx, offer, requestId, async () => userId));
  }

  async function asNewPerson(
    offer: Offer,
    { name, password }: AcceptInvitationRequest,
    client: Client,
    requestId: string,
  ): Promise<readonly string[]> {
    const { email } = offer;
    if (await withNoTenant(db, (tx) => isTaken(tx, email))) throw signInFirst();
    if (name === undefined || password === undefined) throw missing({ name, password });
    refuseEmailAsPassword(password, email);
    const { hashPassword, signIn } = await betterAuth();
    const passwordHash = await hashPassword(password);
    await withTenant(db, offer.billingAccountId, (tx) =>
      join(tx, offer, requestId, async () => {
        const userId = await insertPerson(tx, { name, email, passwordHash });
        if (userId === null) throw signInFirst();
        return userId;
      }),
    );
    const signedIn = await signIn({ email, password }, client);
    if (!signedIn) throw new AppError("internal_error");
    return signedIn.cookies;
  }

  return {
    look: (token, address) =>
      withOffer(token, address, async ({ billingAccountName, role, email }) => ({
        billingAccountName,
        role,
        email: masked(email),
        hasAccount: await withNoTenant(db, (tx) => isTaken(tx, email)),
      })),

    accept: (request, session, client, requestId) =>
      withOffer(request.token, client.address, async (offer) => {
        const cookies = session ? [] : await asNewPerson(offer, request, client, requestId);
        if (session) await asMember(offer, session, requestId);
        sessions.forget();
        const { billingAccountId, billingAccountName } = offer;
        return { tenant: { billingAccountId, billingAccountName }, cookies };
      }),
  };
}

/** @throws AppError invitation_ended: then nobody was made either */
async function join(
  tx: TenantTx,
  { id, role }: Offer,
  requestId: string,
  whom: () => Promise<string>,
): Promise<void> {
  await lockMembers(tx);
  if (!(await useInvitation(tx, id))) throw new AppError("invitation_ended");
  const userId = await whom();
  await addMember(tx, { billingAccountId: tx.billingAccountId, userId, role });
  const act = { action: "invitation.accept", subject: id, outcome: role, requestId };
  await recordAct(tx, { kind: "person", id: userId }, act);
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
