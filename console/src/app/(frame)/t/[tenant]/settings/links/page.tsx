/** /t/<tenant>/settings/links */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { LinksPage } from "../../../../../../links/links-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("links"))("title") };
}

export default function Page() {
  return <LinksPage />;
}
