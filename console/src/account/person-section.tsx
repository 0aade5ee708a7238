"use client";
/** Who the person is, as others see them. */
import { useTranslations } from "next-intl";
import { LoadFailure } from "../parts/load-failure.tsx";
import { usePerson } from "../session/use-person.ts";
import { SettingsSection } from "../settings/settings-section.tsx";
import classes from "./account.module.css";

const FACTS = ["name", "email"] as const;

export function PersonSection() {
  const text = useTranslations("account");
  const { data, error, refetch } = usePerson();
  const facts = (
    <dl className={classes.facts} aria-busy={!data}>
      {FACTS.map((fact) => (
        <div key={fact}>
          <dt>{text(fact)}</dt>
          <dd>{data ? data[fact] : <div className={classes.line} />}</dd>
        </div>
      ))}
    </dl>
  );
  return (
    <SettingsSection title={text("person")}>
      {error && !data ? <LoadFailure error={error} retry={() => void refetch()} skeleton={facts} /> : facts}
    </SettingsSection>
  );
}
