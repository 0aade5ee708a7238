/** /settings leads to those of the person's own tenant. */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { SettingsSkeleton } from "../../../settings/settings-skeleton.tsx";
import { OwnTenantPage } from "../../../tenants/own-tenant-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("settings"))("title") };
}

export default function Page() {
  return (
    <OwnTenantPage section="settings/general">
      <SettingsSkeleton />
    </OwnTenantPage>
  );
}
