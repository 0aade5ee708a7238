"use client";
/** Changes what may be used. What someone else saved meanwhile is not overwritten without a word. */
import type { Limits } from "@cogni/contract";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ApiError } from "../api-call.ts";
import { keptDrafts } from "../drafts.ts";
import { useMoneyWords } from "../parts/amount.tsx";
import { timeLocale } from "../parts/relative-time.ts";
import { SaveBar } from "../parts/save-bar.tsx";
import { TextField } from "../parts/text-field.tsx";
import settings from "../settings/settings.module.css";
import { SettingsSection } from "../settings/settings-section.tsx";
import { useTenant } from "../tenants/tenant-scope.tsx";
import classes from "./limits.module.css";
import {
  BUDGETS,
  COUNTS,
  type Draft,
  draftFrom,
  type FieldName,
  isSame,
  MOST,
  meantBy,
} from "./limits-draft.ts";
import { ReachedText } from "./reached-text.tsx";
import { TimeZone } from "./time-zone.tsx";
import { useChangeLimits } from "./use-limits.ts";

const drafts = keptDrafts<Draft>("limits");

export function LimitsForm({ saved }: { saved: Limits }) {
  const text = useTranslations("limits");
  const tenant = useTenant();
  const locale = timeLocale(navigator.languages, useLocale());
  const { money } = useMoneyWords();
  const [draft, setDraft] = useState<Draft | null>(() => drafts.of(tenant));
  const change = useChangeLimits(() => edit(null));
  const present = draftFrom(saved, locale);
  const shown = draft ?? present;
  const changed = !isSame(shown, present);
  const overtaken = draft !== null && draft.version !== saved.version;
  const { request, wrong } = meantBy(shown, locale);
  const refused = refusedFields(change.error);
  /** What is still being typed is not wrong yet. */
  const [left, setLeft] = useState<ReadonlySet<FieldName>>(new Set());
  const isWrong = (name: FieldName) => (wrong.has(name) && left.has(name)) || refused.has(name);
  const leave = (name: FieldName) => () => setLeft(new Set([...left, name]));

  function edit(next: Draft | null) {
    drafts.keep(tenant, next && !isSame(next, present) ? next : null);
    // What is typed stays as it is typed, also where it is what is saved already.
    setDraft(next);
  }
  const editPart = (part: Partial<Draft>) => {
    if (change.isError) change.reset();
    edit({ ...shown, ...part });
  };
  const save = (version: number) => request && change.mutate({ ...request, version });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setLeft(wrong);
    const inputs = [...event.currentTarget.querySelectorAll<HTMLElement>("input, textarea")];
    inputs.find((one) => wrong.has(one.getAttribute("name") as FieldName))?.focus();
    if (changed && !overtaken) save(shown.version);
  }

  /** One of the numbers, by its path in the contract. */
  function field(name: keyof Draft["fields"]) {
    const plain = name.replace("endUser.", "") as "dayBudget" | keyof typeof MOST;
    const budget = name.endsWith("Budget");
    const rule = budget ? text("budgetRule") : text("countRule", { most: MOST[plain as keyof typeof MOST] });
    return (
      <TextField
        key={name}
        name={name}
        label={text(`fields.${plain}`)}
        inputMode={budget ? "decimal" : "numeric"}
        placeholder={text("notLimited")}
        value={shown.fields[name]}
        maxLength={24}
        tool={budget && <span className={classes.unit}>USD</span>}
        error={isWrong(name) ? rule : null}
        onBlur={leave(name)}
        onChange={({ currentTarget: { value } }) => editPart({ fields: { ...shown.fields, [name]: value } })}
      />
    );
  }

  return (
    <form method="post" className={classes.form} onSubmit={submit} autoComplete="off" noValidate>
      <SettingsSection title={text("budgets.title")} help={text("budgets.help")}>
        <div className={classes.fields}>{BUDGETS.map(field)}</div>
        {saved.operatorMonthBudget !== null && (
          <p className={settings.help}>{text("operators", { amount: money(saved.operatorMonthBudget) })}</p>
        )}
      </SettingsSection>
      <SettingsSection title={text("rates.title")} help={text("rates.help")}>
        <div className={classes.fields}>{COUNTS.map(field)}</div>
      </SettingsSection>
      <SettingsSection title={text("endUser.title")} help={text("endUser.help")}>
        <div className={classes.fields}>
          {(["endUser.dayBudget", "endUser.callsPerMinute", "endUser.messagesPerDay"] as const).map(field)}
        </div>
      </SettingsSection>
      <ReachedText
        value={shown.reachedText}
        refused={refused.has("reachedText")}
        onChange={(reachedText) => editPart({ reachedText })}
      />
      <TimeZone
        value={shown.timeZone}
        wrong={isWrong("timeZone")}
        onLeave={leave("timeZone")}
        onChange={(timeZone) => editPart({ timeZone })}
      />
      <SaveBar
        changed={changed}
        overtaken={overtaken}
        wrong={[...wrong].some(isWrong) || wrong.has("reachedText")}
        change={{ isPending: change.isPending, error: refused.size > 0 ? null : change.error }}
        stage={change.isSuccess ? { tone: "applied", text: text("saved") } : null}
        onDiscard={() => {
          change.reset();
          edit(null);
        }}
        onKeep={() => save(saved.version)}
      />
    </form>
  );
}

/** Fields that the API found wrong, by their paths. */
function refusedFields(error: Error | null): ReadonlySet<string> {
  const problem = error instanceof ApiError ? error.problem : null;
  return new Set(problem?.errors?.map(({ path }) => path) ?? []);
}
