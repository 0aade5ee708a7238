/** /usage leads to that of the person's own tenant. */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { OwnTenantPage } from "../../../tenants/own-tenant-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("usage"))("title") };
}

export default function Page() {
  return (
    <OwnTenantPage section="usage">
      <div aria-busy="true" />
    </OwnTenantPage>
  );
}
