/** /t/<tenant>/settings/agent */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AgentPage } from "../../../../../../agent/agent-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("agent"))("title") };
}

export default function Page() {
  return <AgentPage />;
}
