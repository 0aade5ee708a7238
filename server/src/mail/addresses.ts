/** The forms of what mail is addressed with, as settings and rows hold it: an address, a sender, a server. */
import { z } from "zod";
import { isLoopback } from "../loopback.ts";
import { Secret } from "../secret.ts";

/** One address, and nothing that could end a header or begin a second address. */
export const emailAddressSchema = z.email().max(254);

export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

const MAILBOX_FORM = "must be an address, or a name with an address: Channels <no-reply@example.com>";

/** `no-reply@example.com` or `Channels <no-reply@example.com>`. */
export const mailboxSchema = z.string().transform((text, issue): Mailbox => {
  const [, name = "", bracketed, bare] = /^(?:([^<>"\p{Cc}]{0,100})<([^<>]+)>|([^<>]+))$/u.exec(text) ?? [];
  const address = emailAddressSchema.safeParse(bracketed ?? bare);
  if (address.success) return { name: name.trim(), address: address.data };
  issue.addIssue(MAILBOX_FORM);
  return z.NEVER;
});

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** From the first byte; else by STARTTLS. */
  readonly secure: boolean;
  /** A remote server without TLS is not talked to: somebody on the way could read the links. */
  readonly requireTLS: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
}

const SMTP_FORM = "must be an smtp:// or smtps:// URL with a host, without path or query";

/** `smtps://user:password@mail.example.com:465`; user and password percent-encoded. */
export const smtpServerSchema = z.string().transform((text, issue): Secret<SmtpServer> => {
  const server = smtpServer(text);
  if (server) return new Secret(server);
  issue.addIssue(SMTP_FORM);
  return z.NEVER;
});

function smtpServer(text: string): SmtpServer | null {
  const url = URL.parse(text);
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === "") return null;
  if (!["", "/"].includes(url.pathname) || url.search !== "" || url.hash !== "") return null;
  const [user, pass] = [decoded(url.username), decoded(url.password)];
  if (user === null || pass === null) return null;
  const secure = url.protocol === "smtps:";
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !isLoopback(url.hostname),
    auth: user === "" ? undefined : { user, pass },
  };
}

/** Null where a percent sign stands alone. */
function decoded(text: string): string | null {
  return /%(?![0-9a-f]{2})/i.test(text) ? null : decodeURIComponent(text);
}
