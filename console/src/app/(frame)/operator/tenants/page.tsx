/** /operator/tenants */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { TenantsPage } from "../../../../operator/tenants-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("operator"))("tenants.title") };
}

export default function Page() {
  return <TenantsPage />;
}
