/** The mail port as the settings want it. */
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Logger } from "../log.ts";
import { createMailPort, type MailPort } from "./mail-port.ts";
import { createOutbox } from "./outbox.ts";
import { createSmtp } from "./smtp.ts";

export function openMail(
  { mail, dataDir, timing }: Pick<Config, "mail" | "dataDir" | "timing">,
  log: Logger,
): MailPort {
  const transport = mail ? createSmtp(mail.smtp, mail.from) : createOutbox(join(dataDir, "outbox"));
  return createMailPort(transport, timing.mail, log);
}
