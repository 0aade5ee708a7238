/** /connect/<id>#<token> */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ConnectPage } from "../../../connect/connect-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("connectLink"))("title") };
}

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <ConnectPage id={(await params).id} />;
}
