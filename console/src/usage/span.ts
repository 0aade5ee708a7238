/** Of which days the usage is told. A day is "2026-11-28", of whatever time zone counts it. */

export const SPANS = ["7d", "30d", "month", "last-month"] as const;
export type Span = (typeof SPANS)[number];
/** As the API has it where nothing is asked. */
export const DEFAULT_SPAN: Span = "30d";

export interface Days {
  /** Null: as the API has it. */
  readonly from: string | null;
  /** The last one counts. Null: today. */
  readonly to: string | null;
}

/** @param today in the time zone that counts the days */
export function daysOf(span: Span, today: string): Days {
  if (span === "30d") return { from: null, to: null };
  if (span === "7d") return { from: shifted(today, { days: -6 }), to: null };
  if (span === "month") return { from: `${today.slice(0, 8)}01`, to: null };
  const last = shifted(`${today.slice(0, 8)}01`, { days: -1 });
  return { from: `${last.slice(0, 8)}01`, to: last };
}

/** @throws RangeError for a time zone that this browser does not know */
export function todayIn(timeZone: string, now: Date): string {
  const form = new Intl.DateTimeFormat("en", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const parts = new Map(form.formatToParts(now).map(({ type, value }) => [type, value]));
  return ["year", "month", "day"].map((name) => parts.get(name as "day")).join("-");
}

/** "Nov 28", whatever zone the browser is in: a day is no moment. */
export function dayName(day: string, locale: string): string {
  const form = { timeZone: "UTC", weekday: "short", month: "short", day: "numeric" } as const;
  return new Intl.DateTimeFormat(locale, form).format(new Date(`${day}T00:00:00Z`));
}

function shifted(day: string, { days }: { days: number }): string {
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}
