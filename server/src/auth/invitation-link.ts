/** The link of an invitation; the same whether a member invites or the operator. */
import { randomBytes } from "node:crypto";
import { hashOfToken } from "./mail-links.ts";

/** As the words of the mail say. */
export const INVITATION_LIVES_S = 7 * 24 * 60 * 60;

/** @param origin where the console is served from */
export function newInvitationLink(origin: string): { link: string; tokenHash: Uint8Array } {
  const token = randomBytes(32).toString("base64url");
  return { link: `${origin}/invitation#token=${token}`, tokenHash: hashOfToken(token) };
}
