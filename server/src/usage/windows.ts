/** In which windows a tenant's limits are counted: days and months of its own time zone, and minutes. */

export interface Windows {
  /** 2026-11-28 */
  readonly day: string;
  /** 2026-11 */
  readonly month: string;
  /** 2026-11-28T10:05, in UTC: a minute is the same everywhere. */
  readonly minute: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** @param timeZone as IANA names it; @throws RangeError for one that is none */
export function windowsAt(now: Date, timeZone: string): Windows {
  const day = formatOf(timeZone).format(now);
  return { day, month: day.slice(0, 7), minute: now.toISOString().slice(0, 16) };
}

/** Year, month and day, as ISO 8601 has them. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    formats.set(timeZone, format);
  }
  return format;
}
