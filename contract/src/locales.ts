/** The languages that pages and mails speak, and which of them a request is answered in. */

export const LANGUAGES = {
  en: { name: "English", tag: "en" },
  de: { name: "Deutsch", tag: "de" },
  // With the script, without which a browser may draw the characters in another country's shapes.
  zh: { name: "简体中文", tag: "zh-Hans" },
} as const;

export type Locale = keyof typeof LANGUAGES;
export const LOCALES = Object.keys(LANGUAGES) as [Locale, ...Locale[]];
const FALLBACK: Locale = "en";

/** What a person chose; absent while they chose nothing. */
export const LOCALE_COOKIE = "locale";

/**
 * @param chosen the cookie's value, which anyone may have set to anything
 * @param accepted the header `Accept-Language`
 */
export function chooseLocale(chosen: string | undefined, accepted: string | null): Locale {
  return LOCALES.find((locale) => locale === chosen) ?? bestMatch(accepted ?? "") ?? FALLBACK;
}

/** Of the languages that the browser asks for, the first in its order of preference that there is, in any variety. */
function bestMatch(accepted: string): Locale | undefined {
  return accepted
    .split(",")
    .map((range) => {
      const [tag = "", ...parameters] = range
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/);
      const quality = parameters.find((parameter) => parameter.startsWith("q="));
      const language = tag.split("-")[0];
      return {
        locale: LOCALES.find((locale) => locale === language),
        quality: quality ? Number(quality.slice(2)) : 1,
      };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((one, other) => other.quality - one.quality)
    .find(({ locale }) => locale)?.locale;
}
