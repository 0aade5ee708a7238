"use client";
/** What an entry says, in words for people. What is newer than this page stands there as the API names it. */
import type { ErrorCode } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useProblemWords } from "../parts/problem-words.ts";
import type { ToldEntry } from "./use-audit.ts";

/** Of what can be asked for by its name, the tenant's first; in the order of the catalog. */
export const TENANT_ACTIONS = [
  "channel.connect",
  "channel.replace",
  "channel.disconnect",
  "channel.access",
  "channel.notice",
  "credential.forget",
  "sender.approve",
  "sender.dismiss",
  "agent.change",
  "limits.change",
  "limits.reached",
  "credit.add",
  "key.create",
  "key.rotate",
  "key.revoke",
  "member.role",
  "member.remove",
  "member.leave",
  "invitation.create",
  "invitation.accept",
  "invitation.revoke",
  "connect_link.create",
  "connect_link.open",
  "connect_link.revoke",
  "connect_link.settings",
  "webhook.create",
  "webhook.change",
  "webhook.rotate_secret",
  "webhook.test",
  "webhook.redeliver",
  "webhook.pause",
  "webhook.resume",
  "webhook.delete",
  "alert.acknowledge",
  "tenant.create",
  "tenant.rename",
  "tenant.suspend",
  "tenant.resume",
  "tenant.delete",
  "audit.prune",
] as const;
export const PLATFORM_ACTIONS = [
  "gateway.drain",
  "gateway.fill",
  "gateway.maintain",
  "gateway.rotate_token",
  "alert.acknowledge",
  "administrator.invite",
  "administrator.accept",
  "administrator.remove",
  "tenant.create",
  "tenant.suspend",
  "tenant.resume",
  "tenant.delete",
  "tenant.erase",
  "credit.add",
  "person.sign_in",
  "person.sign_out",
  "person.sessions",
  "person.password",
  "person.email",
  "person.link_wallet",
  "person.unlink_wallet",
  "person.erase",
  "audit.prune",
  "audit.end",
] as const;
type Action = (typeof TENANT_ACTIONS)[number] | (typeof PLATFORM_ACTIONS)[number];

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
      const key = `actions.${action as Action}` as const;
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
