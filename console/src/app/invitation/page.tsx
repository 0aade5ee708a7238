/** /invitation */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { InvitationPage } from "../../session/invitation-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("invitation"))("title") };
}

export default function Page() {
  return <InvitationPage />;
}
