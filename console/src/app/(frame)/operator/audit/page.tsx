/** /operator/audit */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PlatformAuditPage } from "../../../../audit/audit-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("audit"))("title") };
}

export default function Page() {
  return <PlatformAuditPage />;
}
