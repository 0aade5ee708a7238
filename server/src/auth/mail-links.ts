/**
 * Links that only their reader can use: made, mailed and recognised. The token stands in the fragment of the address, which
 * no browser sends and no proxy logs, and in the database as a hash.
 */
import { createHash, randomBytes } from "node:crypto";
import { keepLink, type LinkHolder, type LinkPurpose } from "../db/mail-links.ts";
import type { Db } from "../db/pool.ts";
import { withNoTenant } from "../db/tenant.ts";
import type { Mail, MailPort } from "../mail/mail-port.ts";

interface Kind {
  /** The page that reads the token. */
  readonly path: string;
  readonly livesS: number;
  readonly subject: string;
  readonly text: (link: string) => string;
}

const KINDS: Readonly<Record<LinkPurpose, Kind>> = {
  password_reset: {
    path: "/reset-password",
    livesS: 30 * 60,
    subject: "Set a new password",
    text: (link) => `Someone, most likely you, asked for a new password for this address. To set one, open:

${link}

The link works once, for 30 minutes, and only until a newer one is asked for. If it was not you, do nothing: your
password stays as it is.`,
  },
  email_verification: {
    path: "/verify-email",
    livesS: 24 * 60 * 60,
    subject: "Confirm your address",
    text: (link) => `To confirm that this address is yours, open:

${link}

The link works once, for 24 hours. If you expected no such mail, do nothing.`,
  },
};

/** @param origin where the console is served from */
export function passwordChangedMail(to: string, origin: string): Mail {
  return {
    to,
    subject: "Your password was changed",
    text: `The password for this address at ${origin} was changed, and every session was ended.

If it was not you, ask for a new password there at once, and tell whoever runs it.`,
  };
}

/**
 * Keeps a fresh link in the place of the person's earlier one, and mails it.
 * @throws AppError database_unavailable
 */
export async function mailLink(
  { db, mail, origin }: { readonly db: Db; readonly mail: MailPort; readonly origin: string },
  purpose: LinkPurpose,
  holder: LinkHolder,
): Promise<void> {
  const { path, livesS, subject, text } = KINDS[purpose];
  const token = randomBytes(32).toString("base64url");
  await withNoTenant(db, (tx) => keepLink(tx, purpose, holder, { tokenHash: hashOfToken(token), livesS }));
  mail.send({ to: holder.email, subject, text: text(`${origin}${path}#token=${token}`) });
}

/** Unsalted, because a token is 256 random bits. */
export function hashOfToken(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}
