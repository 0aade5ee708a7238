/** Times as a person reads them: how long ago, in the largest whole unit so that texts rarely change, or since when. */

const UNITS = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

const DAY_MS = 86_400_000;

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

/** "3 min. ago". Short, so that three fit beside each other on a phone. */
export function relativeTime({ value, unit }: Elapsed, locale: string): string {
  // "always": "yesterday" would be wrong for 25 hours ago at one in the morning.
  return new Intl.RelativeTimeFormat(locale, { numeric: "always", style: "short" }).format(-value, unit);
}

/** "in 89 days": how long until then, in its largest whole unit. No months: those of an end are counted in days. */
export function timeUntil(then: Date, now: Date, locale: string): string {
  const { value, unit } = elapsed(now, then);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "always", style: "short" });
  if (unit === "month") return format.format(Math.floor((then.getTime() - now.getTime()) / DAY_MS), "day");
  return format.format(unit === "second" ? Math.max(10, value) : value, unit);
}

/** "3 hr": how long something lasted, in its largest whole unit. */
export function duration(from: Date, to: Date, locale: string): string {
  const { value, unit } = elapsed(from, to);
  const seconds = Math.max(1, Math.floor((to.getTime() - from.getTime()) / 1000));
  const format = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" });
  return format.format(unit === "second" ? seconds : value);
}

/** When something began, as short as is clear: the time today, the day this year, else the date. */
export function sinceTime(then: Date, now: Date, locale: string): string {
  if (then.toDateString() === now.toDateString()) {
    return new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(then);
  }
  const year = then.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year }).format(then);
}

export function exactTime(then: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" }).format(then);
}

/** "May 4, 2:07 PM": a moment among others of the last days. */
export function momentOf(then: Date, locale: string): string {
  const form = { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat(locale, form).format(then);
}

export function dayOf(then: Date, locale: string): string {
  return new Intl.DateTimeFormat(locale, { weekday: "short", month: "short", day: "numeric" }).format(then);
}

/**
 * The person's own variety of the catalog's language (en-GB has other dates than en-US), or the language itself; not one
 * in another script, which zh-TW is. Browsers on some systems name locales that `Intl` refuses, "en-US@posix" for one;
 * those are passed over.
 */
export function timeLocale(wanted: readonly string[], language: string): string {
  const form = new RegExp(`^${language}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$`);
  const scriptOf = (tag: string) => new Intl.Locale(tag).maximize().script;
  return wanted.find((tag) => form.test(tag) && scriptOf(tag) === scriptOf(language)) ?? language;
}
