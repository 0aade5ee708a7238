"use client";
/** In which days and months are counted. Typed, with those that the browser knows on offer. */
import { useTranslations } from "next-intl";
import { useId } from "react";
import { TextField } from "../parts/text-field.tsx";
import { SettingsSection } from "../settings/settings-section.tsx";
import classes from "./limits.module.css";

interface TimeZoneProps {
  value: string;
  wrong: boolean;
  onLeave: () => void;
  onChange: (value: string) => void;
}

/** UTC is no place, and so not among them. */
const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

export function TimeZone({ value, wrong, onLeave, onChange }: TimeZoneProps) {
  const text = useTranslations("limits.zone");
  const id = useId();
  return (
    <SettingsSection title={text("title")} help={text("help")}>
      <div className={classes.zone}>
        <TextField
          unseenLabel
          name="timeZone"
          label={text("title")}
          list={id}
          value={value}
          maxLength={64}
          spellCheck={false}
          autoCapitalize="none"
          error={wrong ? text("rule") : null}
          onBlur={onLeave}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
        <datalist id={id}>
          {ZONES.map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </div>
    </SettingsSection>
  );
}
