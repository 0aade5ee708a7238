/** The link of an invitation, and the mail that carries it; the same whether a member invites or the operator. */
import { randomBytes } from "node:crypto";
import type { Role } from "@cogni/contract";
import type { Mail } from "../mail/mail-port.ts";
import { hashOfToken } from "./mail-links.ts";

export const INVITATION_LIVES_S = 7 * 24 * 60 * 60;

/** @param origin where the console is served from */
export function newInvitationLink(origin: string): { link: string; tokenHash: Uint8Array } {
  const token = randomBytes(32).toString("base64url");
  return { link: `${origin}/invitation#token=${token}`, tokenHash: hashOfToken(token) };
}

export function invitationMail(
  to: string,
  { tenant, role, link }: { readonly tenant: string; readonly role: Role; readonly link: string },
): Mail {
  return {
    to,
    // Without the tenant's name, which is its own to choose.
    subject: "You are invited",
    text: `You are invited to join “${tenant}” as ${role}. To accept, open:

${link}

The link works once, for 7 days, and only until a newer one is sent. If you expected no such mail, do nothing.`,
  };
}
