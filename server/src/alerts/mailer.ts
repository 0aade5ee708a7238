/**
 * Sends what people are to be told of alerts. Every worker does: a mail is claimed, sent, and only then said to be sent, so that a
 * process that ends in between, or a mail server that is away for a day, loses none. Once it is back each person gets one mail
 * about each tenant, whatever happened meanwhile.
 */
import { randomUUID } from "node:crypto";
import { claimLetters, type Letter, letterGivenUp, letterPutOff, letterSent } from "../db/alert-letters.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import type { Logger } from "../log.ts";
import { alertMail } from "../mail/alert-words.ts";
import type { MailPort } from "../mail/mail-port.ts";
import type { Timing } from "../timing.ts";

export interface MailerDeps {
  readonly db: Db;
  readonly mail: Pick<MailPort, "deliver">;
  /** Where the console is served from. */
  readonly origin: string;
  readonly clock: () => Date;
  readonly timing: Timing["alerts"]["mail"];
  readonly log: Logger;
}

/** To one person about one tenant; more than that is read by nobody. */
export const MAILS_AN_HOUR = 6;
const AT_ONCE = 20;

/** Sends all that is due. @throws AppError database_unavailable: what was claimed is sent again, then */
export async function sendLetters(deps: MailerDeps): Promise<void> {
  const { db, clock, timing } = deps;
  for (;;) {
    const letters = await withService(db, (tx) =>
      claimLetters(tx, {
        now: clock(),
        claimMs: timing.claimMs,
        atMost: AT_ONCE,
        perHour: MAILS_AN_HOUR,
        longestWaitMs: timing.retry.maxMs,
      }),
    );
    if (letters.length === 0) return;
    await Promise.all(letters.map((letter) => send(deps, letter)));
  }
}

async function send({ db, mail, origin, clock, timing, log }: MailerDeps, letter: Letter): Promise<void> {
  const { noticeIds, attempts } = letter;
  const outcome = await mail.deliver(inWords(letter, origin));
  await withService(db, async (tx) => {
    if (outcome === "sent") return letterSent(tx, noticeIds, randomUUID(), clock());
    if (outcome === "refused") {
      log.error({ notices: noticeIds.length }, "a mail about alerts was given up: nobody takes it");
      return letterGivenUp(tx, noticeIds);
    }
    const waitMs = Math.min(timing.retry.firstMs * 2 ** attempts, timing.retry.maxMs);
    return letterPutOff(tx, noticeIds, new Date(clock().getTime() + waitMs));
  });
}

function inWords({ email, locale, tenant, news }: Letter, origin: string) {
  const path = tenant ? `/t/${tenant.id}` : "/operator";
  return alertMail(locale ?? "en", email, {
    tenant,
    origin,
    lines: news.map(({ kind, code, label, channel, subject, subjectName, beganAt, endsAt, resolvedAt }) => ({
      kind,
      code,
      name: label ?? channel ?? subjectName ?? subject ?? "",
      since: beganAt,
      ends: endsAt,
      until: resolvedAt,
    })),
    page: `${origin}${path}/${tenant ? "channels" : "alerts"}`,
    settings: `${origin}${path}/${tenant ? "settings/general" : "alerts"}#alert-mails`,
  });
}
