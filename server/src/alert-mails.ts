/** Sends mails about alerts again and again, in each process with the worker role: see alerts/mailer.ts. */
import { sendLetters } from "./alerts/mailer.ts";
import type { Config } from "./config.ts";
import type { Db } from "./db/pool.ts";
import type { Logger } from "./log.ts";
import type { MailPort } from "./mail/mail-port.ts";
import { type Repeated, repeat } from "./repeat.ts";

export function startAlertMails(config: Config, db: Db, mail: MailPort, log: Logger): Repeated {
  const { mail: timing } = config.timing.alerts;
  const { origin } = config.http.publicUrl;
  const clock = () => new Date();
  const send = () =>
    sendLetters({ db, mail, origin, clock, timing, log }).catch((error: unknown) =>
      log.warn({ err: error }, "mails about alerts could not be sent; the next look tries again"),
    );
  return repeat(send, () => timing.everyMs);
}
