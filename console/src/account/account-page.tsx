"use client";
/** A person's own page, whatever their tenants: who they are, how they sign in, and where they are signed in. */
import { useTranslations } from "next-intl";
import settings from "../settings/settings.module.css";
import classes from "./account.module.css";
import { PasswordSection } from "./password-section.tsx";
import { PersonSection } from "./person-section.tsx";
import { SessionsSection } from "./sessions-section.tsx";

/** In the order in which they stand. */
const SECTIONS = { person: PersonSection, password: PasswordSection, sessions: SessionsSection };

export function AccountPage() {
  const text = useTranslations("account");
  return (
    <div className={`${settings.page} ${classes.page}`}>
      <h1>{text("title")}</h1>
      <p className={settings.lead}>{text("lead")}</p>
      {Object.entries(SECTIONS).map(([name, Section]) => (
        <Section key={name} />
      ))}
    </div>
  );
}
