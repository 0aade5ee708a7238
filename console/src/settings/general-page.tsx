"use client";
/** What the tenant is called, and what it is called by programs. */
import type { OwnTenant } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { AlertMails } from "../alerts/alert-mails.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { LoadFailure } from "../parts/load-failure.tsx";
import { useTenant } from "../tenants/tenant-scope.tsx";
import { useOwnTenant, useTenants } from "../tenants/use-tenants.ts";
import { DeleteTenant } from "./delete-tenant.tsx";
import classes from "./general-page.module.css";
import settings from "./settings.module.css";
import { SettingsSection } from "./settings-section.tsx";
import { TenantName } from "./tenant-name.tsx";

/** Of the tenant's people, those who get its alerts by mail. */
const isMailed = ({ role }: OwnTenant) => role === "owner" || role === "admin";

export function GeneralPage() {
  const text = useTranslations("general");
  const id = useTenant();
  const own = useOwnTenant();
  const { error, refetch } = useTenants();
  const bone = <div className={settings.bone} aria-hidden="true" />;
  return (
    <>
      <h1>{text("title")}</h1>
      <p className={settings.lead}>{text("lead")}</p>
      {error && !own ? (
        <LoadFailure error={error} retry={() => void refetch()} skeleton={bone} />
      ) : (
        <>
          <SettingsSection title={text("name")} help={text("nameHelp")}>
            <div className={classes.name}>{own ? <TenantName own={own} /> : bone}</div>
          </SettingsSection>
          <SettingsSection title={text("id")} help={text("idHelp")}>
            <div className={classes.id}>
              <code>{id}</code>
              {own && <CopyButton value={id} label={text("copyId")} />}
            </div>
          </SettingsSection>
          {own && isMailed(own) && <AlertMails scope={{ tenant: id }} />}
          {own && <DeleteTenant own={own} />}
        </>
      )}
    </>
  );
}
