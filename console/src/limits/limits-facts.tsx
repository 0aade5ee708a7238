"use client";
/** The limits for those who may look at them. */
import type { Limits } from "@cogni/contract";
import { useFormatter, useTranslations } from "next-intl";
import { useMoneyWords } from "../parts/amount.tsx";
import settings from "../settings/settings.module.css";
import { SettingsSection } from "../settings/settings-section.tsx";
import classes from "./limits.module.css";
import { BUDGETS, COUNTS, USER_FIELDS } from "./limits-draft.ts";
import { Sentence } from "./reached-text.tsx";

export function LimitsFacts({ saved }: { saved: Limits }) {
  const text = useTranslations("limits");
  const { money } = useMoneyWords();
  const format = useFormatter();
  const fact = (name: (typeof BUDGETS)[number] | (typeof COUNTS)[number], value: string | number | null) => (
    <div key={name}>
      <dt>{text(`fields.${name}`)}</dt>
      <dd data-none={value === null}>
        {value === null
          ? text("notLimited")
          : typeof value === "string"
            ? money(value)
            : format.number(value)}
      </dd>
    </div>
  );
  return (
    <>
      <SettingsSection title={text("budgets.title")}>
        <dl className={classes.facts}>{BUDGETS.map((name) => fact(name, saved[name]))}</dl>
        {saved.operatorMonthBudget !== null && (
          <p className={settings.help}>{text("operators", { amount: money(saved.operatorMonthBudget) })}</p>
        )}
      </SettingsSection>
      <SettingsSection title={text("rates.title")}>
        <dl className={classes.facts}>{COUNTS.map((name) => fact(name, saved[name]))}</dl>
      </SettingsSection>
      <SettingsSection title={text("endUser.title")}>
        <dl className={classes.facts}>{USER_FIELDS.map((name) => fact(name, saved.endUser[name]))}</dl>
      </SettingsSection>
      <SettingsSection title={text("sentence.title")}>
        <Sentence value={saved.reachedText} />
      </SettingsSection>
      <SettingsSection title={text("zone.title")}>
        <p>{saved.timeZone}</p>
      </SettingsSection>
      <p className={settings.help}>{text("notYours")}</p>
    </>
  );
}
