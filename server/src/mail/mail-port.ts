/**
 * The way out for mail. Whoever sends does not wait: an answer takes as long with a mail as without one, and a mail server that
 * is away keeps nobody waiting. What can't be sent is tried a few times; what is given up is logged, without its
 * address and its link.
 */
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import type { Logger } from "../log.ts";
import type { Timing } from "../timing.ts";
import { emailAddressSchema } from "./addresses.ts";

export const mailSchema = z.strictObject({
  to: emailAddressSchema,
  /** One line: what looks like the end of a header is refused. */
  subject: z.string().regex(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u, "must be one line"),
  text: z.string(),
});
export type Mail = z.infer<typeof mailSchema>;

/** How mail leaves: to a mail server, or into a folder. */
export interface MailTransport {
  deliver(mail: Mail): Promise<void>;
  close(): void;
}

export interface MailPort {
  /** Returns at once. Throws ZodError for an address or subject that is none, which is a mistake of ours. */
  send(mail: Mail): void;
  /**
   * One attempt, for whoever keeps the mail until it is sent. `away`: try again later; `refused`: nobody takes mail at that
   * address. Throws as `send` does.
   */
  deliver(mail: Mail): Promise<"sent" | "refused" | "away">;
  /** What is on its way arrives, within `CLOSE_MS`; what waits for another attempt is given up. */
  close(): Promise<void>;
}

/** A mail server that is away for long must not fill the memory. */
const MAX_UNDER_WAY = 1_000;
const CLOSE_MS = 5_000;

export function createMailPort(transport: MailTransport, timing: Timing["mail"], log: Logger): MailPort {
  const ending = new AbortController();
  const underWay = new Set<Promise<void>>();

  async function carry(mail: Mail): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const failure = await failureOf(transport.deliver(mail));
      if (!failure) return;
      const over = failure.final || attempt >= timing.attempts || ending.signal.aborted;
      if (over) return log.error({ ...failure.facts, attempt }, "a mail was given up");
      log.warn({ ...failure.facts, attempt }, "a mail could not be sent, and will be tried again");
      const waitMs = Math.min(timing.backoff.firstMs * 4 ** (attempt - 1), timing.backoff.maxMs);
      const woken = await pause(waitMs, false, { signal: ending.signal }).catch(() => true);
      if (woken) return log.error({ ...failure.facts, attempt }, "a mail was given up at shutdown");
    }
  }

  return {
    send(mail) {
      const parsed = mailSchema.parse(mail);
      if (underWay.size >= MAX_UNDER_WAY) return log.error("a mail was given up: too many are waiting");
      const carried = carry(parsed).finally(() => underWay.delete(carried));
      underWay.add(carried);
    },
    async deliver(mail) {
      const failure = await failureOf(transport.deliver(mailSchema.parse(mail)));
      if (!failure) return "sent";
      // A mail server that refuses us refuses every mail, and none of them for good.
      const refused = failure.final && failure.facts.code !== "EAUTH";
      log.warn({ ...failure.facts, refused }, "a mail could not be sent");
      return refused ? "refused" : "away";
    },
    async close() {
      ending.abort();
      const left = new AbortController();
      const late = pause(CLOSE_MS, undefined, { signal: left.signal }).catch(() => undefined);
      await Promise.race([Promise.all(underWay), late]);
      left.abort();
      transport.close();
    },
  };
}

interface Failure {
  /** The mail server's last word: it will not take this mail, however often it is asked. */
  readonly final: boolean;
  /** What may be logged. An error's own words repeat the address. */
  readonly facts: { readonly code: unknown; readonly responseCode: unknown };
}

async function failureOf(delivery: Promise<void>): Promise<Failure | null> {
  try {
    await delivery;
    return null;
  } catch (error) {
    const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
    return { final: Number(responseCode) >= 500, facts: { code, responseCode } };
  }
}
