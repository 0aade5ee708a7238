"use client";
/** What people are answered when a limit is reached, and how they see it. */
import { useTranslations } from "next-intl";
import { TextArea } from "../parts/text-area.tsx";
import { SettingsSection } from "../settings/settings-section.tsx";
import classes from "./limits.module.css";
import { MOST_CHARACTERS, OUR_SENTENCE } from "./limits-draft.ts";

interface ReachedTextProps {
  value: string;
  refused: boolean;
  onChange: (value: string) => void;
}

export function ReachedText({ value, refused, onChange }: ReachedTextProps) {
  const text = useTranslations("limits.sentence");
  return (
    <SettingsSection title={text("title")} help={text("help")}>
      <TextArea
        name="reachedText"
        label={text("title")}
        rows={2}
        placeholder={OUR_SENTENCE}
        value={value}
        used={value.trim().length}
        most={MOST_CHARACTERS}
        unit="characters"
        error={refused ? text("hidden") : null}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Sentence value={value} />
    </SettingsSection>
  );
}

export function Sentence({ value }: { value: string }) {
  const text = useTranslations("limits.sentence");
  const ours = value.trim() === "";
  return (
    <figure className={classes.preview}>
      <figcaption>{text(ours ? "previewOurs" : "preview")}</figcaption>
      <p lang={ours ? "en" : undefined}>{ours ? OUR_SENTENCE : value.trim()}</p>
    </figure>
  );
}
