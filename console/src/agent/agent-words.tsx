"use client";
/** The agent's settings for those who may look at them. */
import type { AgentSettings } from "@cogni/contract";
import { useTranslations } from "next-intl";
import settings from "../settings/settings.module.css";
import { SettingsSection } from "../settings/settings-section.tsx";
import classes from "./agent.module.css";

export function AgentWords({ saved }: { saved: AgentSettings }) {
  const text = useTranslations("agent");
  const words = (said: string) =>
    said === "" ? (
      <p className={settings.help}>{text("nothing")}</p>
    ) : (
      <p className={classes.words}>{said}</p>
    );
  return (
    <>
      <SettingsSection title={text("instructions")} help={text("instructionsHelp")}>
        {words(saved.instructions)}
      </SettingsSection>
      <SettingsSection title={text("greeting")} help={text("greetingHelp")}>
        {words(saved.greeting)}
      </SettingsSection>
      {saved.models.length > 1 && (
        <SettingsSection title={text("model")} help={text("modelHelp")}>
          <p>{saved.model ?? saved.models[0]}</p>
        </SettingsSection>
      )}
      <p className={settings.help}>{text("notYours")}</p>
    </>
  );
}
