"use client";
import { LANGUAGES, LOCALE_COOKIE, LOCALES, type Locale } from "@cogni/contract/locales";
/** The languages as the items of a menu. Whoever picks one keeps the page as it is: only its texts are fetched anew. */
import { useRouter } from "next/navigation";
import { useLocale } from "next-intl";
import type { MenuItem } from "../parts/menu.tsx";

const YEAR_S = 365 * 86_400;

export function useLanguages(): MenuItem[] {
  const active = useLocale();
  const router = useRouter();
  return LOCALES.map((locale) => ({
    name: locale,
    text: LANGUAGES[locale].name,
    lang: LANGUAGES[locale].tag,
    checked: locale === active,
    onSelect: () => {
      remember(locale);
      router.refresh();
    },
  }));
}

/** Without a domain, so that it stays with this host. */
function remember(locale: Locale): void {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is kept from pages over plain http
  document.cookie = `${LOCALE_COOKIE}=${locale}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax${secure}`;
}
