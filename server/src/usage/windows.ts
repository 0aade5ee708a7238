/** In which windows a tenant's limits are counted: days and months of its own time zone, and minutes. */

export interface Windows {
  /** 2026-11-28 */
  readonly day: string;
  /** 2026-11 */
  readonly month: string;
  /** 2026-11-28T10:05, in UTC: a minute is the same everywhere. */
  readonly minute: string;
}

const MINUTE_MS = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();
/** By time zone, of the minute that was asked for last: days begin with a minute, and formatting one takes 20 µs. */
const lately = new Map<string, { readonly minute: number; readonly windows: Windows }>();

/** @param timeZone as IANA names it; @throws RangeError for one that is none */
export function windowsAt(now: Date, timeZone: string): Windows {
  const minute = Math.floor(now.getTime() / MINUTE_MS);
  const known = lately.get(timeZone);
  if (known?.minute === minute) return known.windows;
  const day = formatOf(timeZone).format(now);
  const windows = { day, month: day.slice(0, 7), minute: now.toISOString().slice(0, 16) };
  lately.set(timeZone, { minute, windows });
  return windows;
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
