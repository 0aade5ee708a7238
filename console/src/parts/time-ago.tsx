"use client";
/** A time as "3 minutes ago", with the exact one on hover. Only for data that the browser fetched itself. */
import { useLocale } from "next-intl";
import { exactTime, relativeTime, timeLocale } from "./relative-time.ts";
import { useNow } from "./use-now.ts";

export function TimeAgo({ at }: { at: string }) {
  const words = useTimeWords();
  return (
    <time dateTime={at} title={words.exact(at)}>
      {words.ago(at)}
    </time>
  );
}

/** The same words for places that take a text. */
export function useTimeWords() {
  const now = useNow();
  const language = useLocale();
  const locale = timeLocale(navigator.languages, language);
  return {
    ago: (at: string) => relativeTime(new Date(at), now, locale),
    exact: (at: string) => exactTime(new Date(at), locale),
  };
}
