"use client";
/** Which of the operator's models answers. Nothing chosen is the operator's default, also when that becomes another. */
import { useTranslations } from "next-intl";
import { useId } from "react";
import { SettingsSection } from "../settings/settings-section.tsx";
import classes from "./agent.module.css";

interface AgentModelProps {
  model: string | null;
  /** The default first. */
  models: readonly string[];
  refused: boolean;
  onChange: (model: string | null) => void;
}

export function AgentModel({ model, models, refused, onChange }: AgentModelProps) {
  const text = useTranslations("agent");
  const id = useId();
  const [first = "", ...others] = models;
  return (
    <SettingsSection title={text("model")} help={text("modelHelp")}>
      <div>
        <label htmlFor={id} className="unseen">
          {text("model")}
        </label>
        <select
          id={id}
          name="model"
          className={classes.select}
          value={model ?? first}
          aria-invalid={refused}
          aria-describedby={`${id}-error`}
          onChange={({ currentTarget: { value } }) => onChange(value === first ? null : value)}
        >
          <option value={first}>{text("default", { model: first })}</option>
          {others.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <p id={`${id}-error`} role="alert" className={classes.wrong}>
          {refused && text("modelGone")}
        </p>
      </div>
    </SettingsSection>
  );
}
