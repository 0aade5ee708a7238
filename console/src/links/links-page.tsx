"use client";
/** Connect links: how their page looks and where it may be embedded, how they are made, and which are open. */
import { useTranslations } from "next-intl";
import { LoadFailure } from "../parts/load-failure.tsx";
import settings from "../settings/settings.module.css";
import { SettingsSection } from "../settings/settings-section.tsx";
import { useOwnTenant } from "../tenants/use-tenants.ts";
import { LinkSample } from "./link-sample.tsx";
import { LinkSettings } from "./link-settings.tsx";
import classes from "./links.module.css";
import { OpenLinks } from "./open-links.tsx";
import { useLinkSettings, useLinks } from "./use-links.ts";

export function LinksPage() {
  const text = useTranslations("links");
  const look = useLinkSettings();
  const links = useLinks();
  const own = useOwnTenant();
  const bone = <div className={settings.bone} aria-hidden="true" />;
  const error = look.error ?? (links.data ? null : links.error);
  const retry = () => {
    void look.refetch();
    void links.refetch();
  };
  return (
    <>
      <h1>{text("title")}</h1>
      <p className={settings.lead}>{text("lead")}</p>
      {error ? (
        <LoadFailure error={error} retry={retry} skeleton={bone} />
      ) : (
        <>
          <SettingsSection title={text("look")} help={text("lookHelp")}>
            <div className={classes.look}>
              {look.data && own ? (
                <LinkSettings present={look.data} fallback={own.billingAccountName} />
              ) : (
                bone
              )}
            </div>
          </SettingsSection>
          <SettingsSection title={text("make")} help={text("makeHelp")}>
            <LinkSample />
          </SettingsSection>
          <SettingsSection title={text("open")} help={text("openHelp")}>
            {links.data ? <OpenLinks links={links.data.links} /> : bone}
          </SettingsSection>
        </>
      )}
    </>
  );
}
