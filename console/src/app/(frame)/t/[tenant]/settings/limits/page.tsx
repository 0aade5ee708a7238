/** /t/<tenant>/settings/limits */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { LimitsPage } from "../../../../../../limits/limits-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("limits"))("title") };
}

export default function Page() {
  return <LimitsPage />;
}
