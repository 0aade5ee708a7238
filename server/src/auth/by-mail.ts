/** What a person does by a link in a mail: set a new password, and verify an address. */
import type {
  ForgotPasswordRequest,
  Locale,
  ResetPasswordRequest,
  VerifyEmailRequest,
} from "@cogni/contract";
import type { RequestMeta } from "../db/audit.ts";
import { holderOfLink, setEmailVerified, unverifiedPerson, useLink } from "../db/mail-links.ts";
import { endSessionsOf } from "../db/own-sessions.ts";
import { personWithPassword, setPasswordHash } from "../db/passwords.ts";
import type { Db } from "../db/pool.ts";
import { withNoTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { MailPort } from "../mail/mail-port.ts";
import { mailInWords } from "../mail/words.ts";
import { networkOf } from "../network.ts";
import { beginAll, countingWrong, createAttemptLimit } from "./attempt-limit.ts";
import { hashOfToken, mailLink } from "./mail-links.ts";
import { refuseEmailAsPassword } from "./new-password.ts";
import { recordOwnAct } from "./record-act.ts";
import type { Sessions } from "./sessions.ts";

/** Whoever asks, signed in or not. */
export interface Asker {
  /** The network address. */
  readonly address: string;
  /** Of the mail that follows. */
  readonly locale: Locale;
}

export interface ByMail {
  /**
   * Answers alike, and after the same work, whether or not anyone has that address: what follows for those who have it
   * is not waited for.
   * @throws AppError rate_limited, database_unavailable
   */
  forgotPassword(request: ForgotPasswordRequest, asker: Asker): Promise<void>;
  /**
   * Ends every session of the person, and tells them by mail.
   * @throws AppError link_invalid, invalid_request (the password is the e-mail), rate_limited, database_unavailable
   */
  resetPassword(request: ResetPasswordRequest, asker: Asker, meta: RequestMeta): Promise<void>;
  /** Mails the link, unless the address is verified. @throws AppError database_unavailable */
  sendVerification(userId: string, locale: Locale): Promise<void>;
  /** @throws AppError link_invalid, rate_limited, database_unavailable */
  verifyEmail(request: VerifyEmailRequest, meta: RequestMeta): Promise<void>;
}

export interface ByMailDeps {
  readonly db: Db;
  readonly mail: MailPort;
  /** Where the console is served from. */
  readonly origin: string;
  readonly sessions: Sessions;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly log: Logger;
}

const TEN_MINUTES_MS = 10 * 60 * 1000;

export function createByMail(deps: ByMailDeps): ByMail {
  const { db, mail, origin, sessions, hashPassword, log } = deps;
  // By the e-mail alone: nobody's mailbox is filled, from however many addresses. It locks nobody out of a new password,
  // because each request that counted has mailed a link.
  const mailsPerPerson = createAttemptLimit(db, "forgot.person", { max: 3, windowMs: TEN_MINUTES_MS });
  const mailsPerAddress = createAttemptLimit(db, "forgot.address", { max: 20, windowMs: TEN_MINUTES_MS });
  const wrongLinks = createAttemptLimit(db, "mailed_link.address", { max: 50, windowMs: TEN_MINUTES_MS });

  const withLink = (address: string, work: () => Promise<void>): Promise<void> =>
    countingWrong(wrongLinks, networkOf(address), "link_invalid", work);

  return {
    async forgotPassword(request, { address, locale }) {
      const email = request.email.toLowerCase();
      const attempt = await beginAll(mailsPerAddress.begin(networkOf(address)), mailsPerPerson.begin(email));
      const person = await withNoTenant(db, (tx) => personWithPassword(tx, email)).catch(async (error) => {
        await attempt.forgive();
        throw error;
      });
      if (!person) return;
      void mailLink(deps, "password_reset", person, locale).catch((err) =>
        log.error({ err }, "a link for a new password could not be made"),
      );
    },

    resetPassword: ({ token, password }, { address, locale }, meta) =>
      withLink(address, async () => {
        const tokenHash = hashOfToken(token);
        const holder = await withNoTenant(db, (tx) => holderOfLink(tx, "password_reset", tokenHash));
        if (!holder) throw new AppError("link_invalid");
        refuseEmailAsPassword(password, holder.email);
        const passwordHash = await hashPassword(password);
        await withNoTenant(db, async (tx) => {
          if (!(await useLink(tx, "password_reset", tokenHash))) throw new AppError("link_invalid");
          // Before the sessions: a sign-in under way looks at the password again, see people.ts.
          await setPasswordHash(tx, holder.userId, passwordHash);
          await endSessionsOf(tx, holder.userId, null);
          await recordOwnAct(tx, holder.userId, "password", meta);
        });
        sessions.forget();
        mail.send(mailInWords(locale, "passwordChanged", holder.email, { origin }));
      }),

    async sendVerification(userId, locale) {
      const person = await withNoTenant(db, (tx) => unverifiedPerson(tx, userId));
      if (person) await mailLink(deps, "email_verification", person, locale);
    },

    verifyEmail: ({ token }, meta) =>
      withLink(meta.remoteAddress, () =>
        withNoTenant(db, async (tx) => {
          const tokenHash = hashOfToken(token);
          const holder = await holderOfLink(tx, "email_verification", tokenHash);
          const used = holder !== null && (await useLink(tx, "email_verification", tokenHash));
          if (!used) throw new AppError("link_invalid");
          await setEmailVerified(tx, holder.userId);
          await recordOwnAct(tx, holder.userId, "email", meta);
        }),
      ),
  };
}
