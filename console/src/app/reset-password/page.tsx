/** /reset-password */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ResetPasswordPage } from "../../session/reset-password-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("resetPassword"))("title") };
}

export default function Page() {
  return <ResetPasswordPage />;
}
