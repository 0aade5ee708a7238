/** Which language a request is answered in, and its texts: of the others nothing reaches the browser. */

import { chooseLocale, LOCALE_COOKIE } from "@cogni/contract/locales";
import { cookies, headers } from "next/headers";
import { getRequestConfig } from "next-intl/server";

const CATALOGS = {
  en: () => import("../../messages/en.json"),
  de: () => import("../../messages/de.json"),
  zh: () => import("../../messages/zh.json"),
};

export default getRequestConfig(async () => {
  const [chosen, sent] = await Promise.all([cookies(), headers()]);
  const locale = chooseLocale(chosen.get(LOCALE_COOKIE)?.value, sent.get("accept-language"));
  const { default: messages } = await CATALOGS[locale]();
  // Times are only ever drawn in the browser, in the person's own zone; the server names none.
  return { locale, messages, timeZone: "UTC" };
});
