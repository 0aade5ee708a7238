"use client";
/** Money, with the exact amount on hover where it is told shorter. Only for data that the browser fetched itself. */
import { useLocale } from "next-intl";
import { exactMoney, money, moneyInput, parseMoney } from "./money.ts";
import { timeLocale } from "./relative-time.ts";

export function Amount({ nano }: { nano: string }) {
  const words = useMoneyWords();
  const [short, exact] = [words.money(nano), words.exact(nano)];
  return short === exact ? short : <span title={exact}>{short}</span>;
}

/** The same words for places that take a text, and what is typed in them. */
export function useMoneyWords() {
  const language = useLocale();
  const locale = timeLocale(navigator.languages, language);
  return {
    money: (nano: string) => money(nano, locale),
    exact: (nano: string) => exactMoney(nano, locale),
    input: (nano: string) => moneyInput(nano, locale),
    parse: (typed: string) => parseMoney(typed, locale),
  };
}
