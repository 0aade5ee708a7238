"use client";
/** The settings as they are before it is known whose they are. */
import { useTranslations } from "next-intl";
import classes from "./settings.module.css";
import { SettingsFrame } from "./settings-frame.tsx";

export function SettingsSkeleton() {
  const text = useTranslations("general");
  return (
    <SettingsFrame>
      <h1>{text("title")}</h1>
      <p className={classes.lead}>{text("lead")}</p>
      <div className={classes.section} aria-busy="true">
        <div className={classes.bone} />
      </div>
    </SettingsFrame>
  );
}
