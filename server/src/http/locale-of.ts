/** The language that whoever asks reads: as they chose on the page, else as their browser asks. */
import { chooseLocale, LOCALE_COOKIE, type Locale } from "@cogni/contract";
import { getCookie } from "hono/cookie";
import type { Call } from "./call.ts";

export function localeOf(call: Call): Locale {
  return chooseLocale(getCookie(call, LOCALE_COOKIE), call.req.header("accept-language") ?? null);
}
