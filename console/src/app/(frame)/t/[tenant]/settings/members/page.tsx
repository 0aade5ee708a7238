/** /t/<tenant>/settings/members */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { MembersPage } from "../../../../../../members/members-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("members"))("title") };
}

export default function Page() {
  return <MembersPage />;
}
