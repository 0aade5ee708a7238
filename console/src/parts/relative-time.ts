/** How long ago something was, in the largest whole unit, so that texts stay short and rarely change. */

const UNITS = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

export interface Elapsed {
  value: number;
  unit: (typeof UNITS)[number][0] | "second";
}

/** Seconds count as whole tens, so that a text does not tick; a clock that runs ahead of ours counts as now. */
export function elapsed(then: Date, now: Date): Elapsed {
  const seconds = Math.max(0, (now.getTime() - then.getTime()) / 1000);
  for (const [unit, size] of UNITS) {
    if (seconds >= size) return { value: Math.floor(seconds / size), unit };
  }
  return { value: Math.floor(seconds / 10) * 10, unit: "second" };
}

/** "3 min. ago"; "now" under ten seconds. Short, so that three fit beside each other on a phone. */
export function relativeTime(then: Date, now: Date, locale: string): string {
  const { value, unit } = elapsed(then, now);
  // "yesterday" would be wrong for 25 hours ago at one in the morning, so only zero gets its word.
  const numeric = value === 0 ? "auto" : "always";
  return new Intl.RelativeTimeFormat(locale, { numeric, style: "short" }).format(-value, unit);
}

export function exactTime(then: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" }).format(then);
}

/**
 * The person's own variety of the catalog's language (en-GB has other dates than en-US), or the language itself.
 * Browsers on some systems name locales that `Intl` refuses, "en-US@posix" for one; those are passed over.
 */
export function timeLocale(wanted: readonly string[], language: string): string {
  const form = new RegExp(`^${language}(-[A-Za-z0-9]{1,8})*$`);
  return wanted.find((tag) => form.test(tag)) ?? language;
}
