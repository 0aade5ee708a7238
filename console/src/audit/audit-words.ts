"use client";
/** What an entry says, in words for people. What is newer than this page stands there as the API names it. */
import type { ErrorCode, PlatformAction, TenantAction } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useProblemWords } from "../parts/problem-words.ts";
import type { ToldEntry } from "./use-audit.ts";

/** What was entered in a ledger, and how many dollars. */
const ENTERED = /^(credit|top_up|correction) of (\S+) USD$/;
/** A pseudonym, as whoever is erased is called. */
const ERASED = /^(subject|tenant):[0-9a-f]{32}$/;

export function useAuditWords() {
  const text = useTranslations("audit");
  const limits = useTranslations("usage.limits");
  const problems = useProblemWords();
  const who = ({ actor }: ToldEntry): string => {
    if (actor.name !== null) return actor.name;
    if (ERASED.test(actor.id)) return text("who.erased");
    return text(`who.${actor.kind}`);
  };
  return {
    who,
    action: (action: string): string => {
      const key = `actions.${action as TenantAction | PlatformAction}` as const;
      return text.has(key) ? text(key) : action;
    },
    outcome({ outcome, problem }: ToldEntry): string {
      if (problem !== null) return problems.title(outcome as ErrorCode, problem);
      const [, entered, dollars] = ENTERED.exec(outcome) ?? [];
      if (entered) return `${text(`outcomes.${entered as "credit"}`)}: ${dollars} USD`;
      const key = `outcomes.${outcome as "done"}` as const;
      return text.has(key) ? text(key) : outcome;
    },
    subject({ subject, subjectName, action }: ToldEntry): string | null {
      if (subjectName !== null) return subjectName;
      if (subject === null || action.startsWith("audit.")) return null;
      if (action === "limits.reached") {
        const [limit = "", during] = subject.split(" ");
        return `${limits.has(limit as "day_budget") ? limits(limit as "day_budget") : limit} · ${during}`;
      }
      return ERASED.test(subject) ? text("who.erased") : subject;
    },
  };
}
