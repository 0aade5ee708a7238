/** /t/<tenant>/settings/webhooks */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { WebhooksPage } from "../../../../../../webhooks/webhooks-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("webhooks"))("title") };
}

export default function Page() {
  return <WebhooksPage />;
}
