/** /verify-email */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { VerifyEmailPage } from "../../session/verify-email-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("verifyEmail"))("title") };
}

export default function Page() {
  return <VerifyEmailPage />;
}
