"use client";
/** What the tenant's agent is told to be: a form for those who may change it, and the words for the others. */
import { useTranslations } from "next-intl";
import { LoadFailure } from "../parts/load-failure.tsx";
import settings from "../settings/settings.module.css";
import { SettingsSection } from "../settings/settings-section.tsx";
import { useOwnTenant } from "../tenants/use-tenants.ts";
import classes from "./agent.module.css";
import { AgentForm } from "./agent-form.tsx";
import { AgentWords } from "./agent-words.tsx";
import { useAgent } from "./use-agent.ts";

export function AgentPage() {
  const text = useTranslations("agent");
  const own = useOwnTenant();
  const { data, error, refetch } = useAgent();
  const Saved = own?.scopes.includes("agent:write") ? AgentForm : AgentWords;
  return (
    <>
      <h1>{text("title")}</h1>
      <p className={settings.lead}>{text("lead")}</p>
      {data && own ? (
        <Saved key={own.billingAccountId} saved={data} />
      ) : error ? (
        <LoadFailure error={error} retry={() => void refetch()} skeleton={<Skeleton />} />
      ) : (
        <Skeleton />
      )}
    </>
  );
}

function Skeleton() {
  const text = useTranslations("agent");
  return (
    <div aria-busy="true">
      <SettingsSection title={text("instructions")} help={text("instructionsHelp")}>
        <div className={classes.bone} data-lines="many" aria-hidden="true" />
      </SettingsSection>
      <SettingsSection title={text("greeting")} help={text("greetingHelp")}>
        <div className={classes.bone} aria-hidden="true" />
      </SettingsSection>
    </div>
  );
}
