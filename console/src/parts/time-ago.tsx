"use client";
/** A time as "3 min. ago", with the exact one on hover. Only for data that the browser fetched itself. */
import { useLocale, useTranslations } from "next-intl";
import {
  dayOf,
  duration,
  elapsed,
  exactTime,
  momentOf,
  relativeTime,
  sinceTime,
  timeLocale,
  timeUntil,
} from "./relative-time.ts";
import { useNow } from "./use-now.ts";
import { waitTime } from "./wait.ts";

export function TimeAgo({ at }: { at: string }) {
  const words = useTimeWords();
  return <Time at={at}>{words.ago(at)}</Time>;
}

/** The moment itself: "2:07 PM" today, "May 4" before. */
export function TimeSince({ at }: { at: string }) {
  const words = useTimeWords();
  return <Time at={at}>{words.since(at)}</Time>;
}

/** The same words for places that take a text. */
export function useTimeWords() {
  const now = useNow();
  const text = useTranslations("time");
  const language = useLocale();
  const locale = timeLocale(navigator.languages, language);
  return {
    ago(at: string) {
      const time = elapsed(new Date(at), now);
      return time.value === 0 ? text("justNow") : relativeTime(time, locale);
    },
    until: (at: string) => timeUntil(new Date(at), now, locale),
    since: (at: string) => sinceTime(new Date(at), now, locale),
    exact: (at: string) => exactTime(new Date(at), locale),
    moment: (at: string) => momentOf(new Date(at), locale),
    day: (at: string) => dayOf(new Date(at), locale),
    wait: (seconds: number) => waitTime(seconds, locale),
    lasted: (from: string, to: string) => duration(new Date(from), new Date(to), locale),
  };
}

/** Any words for a time, with the exact one on hover. */
export function Time({ at, children }: { at: string; children: string }) {
  const { exact } = useTimeWords();
  return (
    <time dateTime={at} title={exact(at)}>
      {children}
    </time>
  );
}
