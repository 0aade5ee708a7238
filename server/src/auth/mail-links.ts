/**
 * Links that only their reader can use: made, mailed and recognised. The token stands in the fragment of the address, which
 * no browser sends and no proxy logs, and in the database as a hash.
 */
import { createHash, randomBytes } from "node:crypto";
import type { Locale } from "@cogni/contract";
import { keepLink, type LinkHolder, type LinkPurpose } from "../db/mail-links.ts";
import type { Db } from "../db/pool.ts";
import { withNoTenant } from "../db/tenant.ts";
import type { MailPort } from "../mail/mail-port.ts";
import { mailInWords } from "../mail/words.ts";

interface Kind {
  /** The page that reads the token. */
  readonly path: string;
  /** As the words of the mail say. */
  readonly livesS: number;
  readonly mail: "passwordReset" | "emailVerification";
}

const KINDS: Readonly<Record<LinkPurpose, Kind>> = {
  password_reset: { path: "/reset-password", livesS: 30 * 60, mail: "passwordReset" },
  email_verification: { path: "/verify-email", livesS: 24 * 60 * 60, mail: "emailVerification" },
};

/**
 * Keeps a fresh link in the place of the person's earlier one, and mails it.
 * @throws AppError database_unavailable
 */
export async function mailLink(
  { db, mail, origin }: { readonly db: Db; readonly mail: MailPort; readonly origin: string },
  purpose: LinkPurpose,
  holder: LinkHolder,
  locale: Locale,
): Promise<void> {
  const { path, livesS, mail: kind } = KINDS[purpose];
  const token = randomBytes(32).toString("base64url");
  await withNoTenant(db, (tx) => keepLink(tx, purpose, holder, { tokenHash: hashOfToken(token), livesS }));
  const link = `${origin}${path}#token=${token}`;
  mail.send(mailInWords(locale, kind, holder.email, { link }));
}

/** Unsalted, because a token is 256 random bits. */
export function hashOfToken(token: string): Uint8Array {
  return createHash("sha256").update(token).digest();
}
