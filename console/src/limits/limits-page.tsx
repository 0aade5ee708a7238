"use client";
/** What the tenant's agent may use: a form for those who may change it, and the facts for the others. */
import { useTranslations } from "next-intl";
import { ApiError } from "../api-call.ts";
import { LoadFailure } from "../parts/load-failure.tsx";
import { Panel } from "../parts/panel.tsx";
import settings from "../settings/settings.module.css";
import { SettingsSection } from "../settings/settings-section.tsx";
import { useOwnTenant } from "../tenants/use-tenants.ts";
import classes from "./limits.module.css";
import { LimitsFacts } from "./limits-facts.tsx";
import { LimitsForm } from "./limits-form.tsx";
import { useLimits } from "./use-limits.ts";

export function LimitsPage() {
  const text = useTranslations("limits");
  const own = useOwnTenant();
  const { data, error, refetch } = useLimits();

  function body() {
    if (data && own) {
      const Saved = own.scopes.includes("limits:write") ? LimitsForm : LimitsFacts;
      return <Saved key={own.billingAccountId} saved={data} />;
    }
    if (!error || data) return <Skeleton />;
    if (error instanceof ApiError && error.status === 403)
      return <Panel level={2} title={text("forbidden.title")} text={text("forbidden.text")} />;
    return <LoadFailure error={error} retry={() => void refetch()} skeleton={<Skeleton />} />;
  }

  return (
    <>
      <h1>{text("title")}</h1>
      <p className={settings.lead}>{text("lead")}</p>
      {body()}
    </>
  );
}

/** How many fields each section has. */
const SECTIONS = [
  ["budgets", 2],
  ["rates", 4],
  ["endUser", 3],
] as const;

function Skeleton() {
  const text = useTranslations("limits");
  return (
    <div aria-busy="true">
      {SECTIONS.map(([name, count]) => (
        <SettingsSection key={name} title={text(`${name}.title`)} help={text(`${name}.help`)}>
          <div className={classes.fields} aria-hidden="true">
            {Array.from({ length: count }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: they never change places
              <div key={index} className={classes.bone} />
            ))}
          </div>
        </SettingsSection>
      ))}
    </div>
  );
}
