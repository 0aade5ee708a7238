/** /t/<tenant>/settings/general */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { GeneralPage } from "../../../../../../settings/general-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("general"))("title") };
}

export default function Page() {
  return <GeneralPage />;
}
