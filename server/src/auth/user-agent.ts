/** A browser's long name for itself as people would say it: `Firefox · Linux`. In no language, for pages in every language. */

/** In this order: nearly every browser also claims to be the ones below it. */
const BROWSERS = [
  [/\bEdg(e|A|iOS)?\//, "Edge"],
  [/\b(OPR|Opera)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(Firefox|FxiOS)\//, "Firefox"],
  [/\b(Chrome|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
] as const;

const SYSTEMS = [
  [/\bWindows\b/, "Windows"],
  [/\bAndroid\b/, "Android"],
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
] as const;

/** Null where it names nothing that is known or short: it is the client's own text, and could say anything. */
export function shortUserAgent(userAgent: string): string | null {
  const firstIn = (table: ReadonlyArray<readonly [RegExp, string]>) =>
    table.find(([form]) => form.test(userAgent))?.[1];
  const browser = firstIn(BROWSERS) ?? /^(?!Mozilla\b)[A-Za-z][\w.-]{0,30}(?=\/|$)/.exec(userAgent)?.[0];
  return [browser, firstIn(SYSTEMS)].filter((part) => part !== undefined).join(" · ") || null;
}
