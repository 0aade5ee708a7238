/** Our mails in words, in each language that the pages speak: catalogs in server/messages/, one file a language. */
import type { Locale, Role } from "@cogni/contract";
import de from "../../messages/de.json" with { type: "json" };
import en from "../../messages/en.json" with { type: "json" };
import zh from "../../messages/zh.json" with { type: "json" };
import type { Mail } from "./mail-port.ts";

const CATALOGS: Readonly<Record<Locale, typeof en>> = { en, de, zh };

/** What each kind of mail is told besides its language. */
interface Values {
  readonly passwordReset: { readonly link: string };
  readonly emailVerification: { readonly link: string };
  readonly passwordChanged: { readonly origin: string };
  readonly invitation: { readonly tenant: string; readonly role: Role; readonly link: string };
  readonly administratorInvitation: { readonly origin: string; readonly link: string };
}

export function mailInWords<Kind extends keyof Values>(
  locale: Locale,
  kind: Kind,
  to: string,
  values: Values[Kind],
): Mail {
  const { [kind]: words, roles } = CATALOGS[locale];
  const told: Readonly<Record<string, string>> = {
    ...values,
    ...("role" in values && { role: roles[values.role] }),
  };
  // All at once: what a value says is no placeholder.
  const text = words.text.join("\n\n").replaceAll(/\{(\w+)\}/g, (hole, name: string) => told[name] ?? hole);
  // The subject takes no values: a tenant's name is its own to choose.
  return { to, subject: words.subject, text };
}
