"use client";
/**
 * A problem's words in the page's language, by its code. The API's own where the catalog has none: all of them in
 * English, and those of a code that is newer than this page.
 */
import type { ErrorCode } from "@cogni/contract";
import { useTranslations } from "next-intl";

export interface ToldProblem {
  code: ErrorCode;
  cause: string;
  remedy: string;
}

export function useProblemWords() {
  const known = useTranslations("problems");
  const text = useTranslations("problem");
  const part = (code: ErrorCode, name: "title" | "cause" | "remedy", theirs: string): string =>
    known.has(`${code}.${name}`) ? known(`${code}.${name}`) : theirs;
  const words = <T extends ToldProblem>(problem: T): T => ({
    ...problem,
    cause: part(problem.code, "cause", problem.cause),
    remedy: part(problem.code, "remedy", problem.remedy),
  });
  return {
    title: (code: ErrorCode, theirs: string): string => part(code, "title", theirs),
    words,
    /** Cause and remedy, for places that take a text. */
    said(problem: ToldProblem): string {
      const { cause, remedy } = words(problem);
      return text.markup("said", { cause, remedy, strong: (chunks) => chunks });
    },
  };
}
