/** A mail about alerts, in words: what is wrong, what is over, what mends it, and where. */
import { type AlertKind, ERRORS, type ErrorCode, LANGUAGES, type Locale } from "@cogni/contract";
import de from "../../messages/de.json" with { type: "json" };
import en from "../../messages/en.json" with { type: "json" };
import problemsDe from "../../messages/problems/de.json" with { type: "json" };
import problemsZh from "../../messages/problems/zh.json" with { type: "json" };
import zh from "../../messages/zh.json" with { type: "json" };
import type { Mail } from "./mail-port.ts";

const CATALOGS: Readonly<Record<Locale, typeof en>> = { en, de, zh };
type ProblemWords = Readonly<Partial<Record<ErrorCode, { readonly cause: string; readonly remedy: string }>>>;
/** English has one source, the contract; so has what a language has no words for. */
const PROBLEMS: Readonly<Record<Locale, ProblemWords>> = { en: {}, de: problemsDe, zh: problemsZh };

export interface AlertLine {
  readonly kind: AlertKind;
  readonly code: ErrorCode;
  /** Of the channel, the key or the gateway; as the contract has it, of a limit. */
  readonly name: string;
  readonly since: Date;
  /** Of what is about to end: when. */
  readonly ends: Date | null;
  /** Null while it is so. */
  readonly until: Date | null;
}

export interface AlertMailValues {
  /** Null: about the platform. */
  readonly tenant: { readonly name: string; readonly timeZone: string } | null;
  readonly origin: string;
  readonly lines: readonly AlertLine[];
  /** Where all of it stands. */
  readonly page: string;
  /** Where these mails are turned off. */
  readonly settings: string;
}

/** Nobody reads further. */
const MOST_LINES = 15;

/** @param values with one line at least */
export function alertMail(locale: Locale, to: string, values: AlertMailValues): Mail {
  const words = CATALOGS[locale].alert;
  const { tenant, origin, lines } = values;
  const about = tenant ? filled(words.about, { tenant: tenant.name }) : filled(words.platform, { origin });
  const told = lines.slice(0, MOST_LINES).map((line) => lineInWords(locale, line, tenant?.timeZone ?? "UTC"));
  const more = lines.length - told.length;
  const text = [
    about,
    ...told,
    ...(more > 0 ? [filled(words.more, { count: more })] : []),
    `${words.see}\n${values.page}`,
    `${tenant ? words.why : words.whyPlatform}\n${values.settings}`,
  ];
  return { to, subject: subjectOf(locale, lines), text: text.join("\n\n") };
}

function subjectOf(locale: Locale, lines: readonly AlertLine[]): string {
  const { subject } = CATALOGS[locale].alert;
  const [first] = lines;
  if (first && lines.length === 1) return headline(locale, first);
  const over = lines.filter(({ until }) => until !== null).length;
  const words = over === 0 ? subject.several : over === lines.length ? subject.recovered : subject.mixed;
  return filled(words, { count: lines.length });
}

function headline(locale: Locale, { kind, name, until }: AlertLine): string {
  const { kinds, limits } = CATALOGS[locale].alert;
  const { open, over } = kinds[kind];
  const named: Readonly<Record<string, string>> = kind.startsWith("budget_") ? limits : {};
  return filled(until ? over : open, { name: named[name] ?? name });
}

function lineInWords(locale: Locale, line: AlertLine, timeZone: string): string {
  const words = CATALOGS[locale].alert;
  const format = new Intl.DateTimeFormat(LANGUAGES[locale].tag, {
    dateStyle: "medium",
    timeStyle: "long",
    timeZone,
  });
  const since = format.format(line.since);
  const values = { headline: headline(locale, line), since };
  if (line.until) return filled(words.over, { ...values, until: format.format(line.until) });
  const { cause, remedy } = PROBLEMS[locale][line.code] ?? ERRORS[line.code];
  const opening = line.ends
    ? filled(words.ends, { ...values, ends: format.format(line.ends) })
    : filled(words.open, values);
  return `${opening}\n${cause} ${remedy}`;
}

/** All at once: what a value says is no placeholder. */
function filled(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}
