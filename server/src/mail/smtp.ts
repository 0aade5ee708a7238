/** Mail by SMTP. The library is loaded with the first mail: a process that sends none never needs it. */
import type { Transporter } from "nodemailer";
import type { Secret } from "../secret.ts";
import type { Mailbox, SmtpServer } from "./addresses.ts";
import type { MailTransport } from "./mail-port.ts";

/** A server that says nothing for so long is away. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 };

export function createSmtp(server: Secret<SmtpServer>, from: Mailbox): MailTransport {
  let transporter: Promise<Transporter> | null = null;
  const open = async (): Promise<Transporter> => {
    const { createTransport } = await import("nodemailer");
    return createTransport({
      ...server.reveal(),
      ...TIMEOUTS,
      // A burst of mails opens two connections and not hundreds.
      pool: true,
      maxConnections: 2,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
  return {
    async deliver({ to, subject, text }) {
      transporter ??= open();
      await (await transporter).sendMail({
        from: { ...from },
        // As one address, which is not read as a list of them.
        to: { name: "", address: to },
        subject,
        text,
        headers: { "Auto-Submitted": "auto-generated" },
      });
    },
    close: () => void transporter?.then((opened) => opened.close()),
  };
}
