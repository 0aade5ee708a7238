/** /operator/gateways */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { GatewaysPage } from "../../../../operator/gateways-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("operator"))("gateways.title") };
}

export default function Page() {
  return <GatewaysPage />;
}
