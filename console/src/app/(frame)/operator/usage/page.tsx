/** /operator/usage */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { OperatorUsagePage } from "../../../../operator/usage-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("operator"))("usage.title") };
}

export default function Page() {
  return <OperatorUsagePage />;
}
