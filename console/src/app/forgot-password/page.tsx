/** /forgot-password */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ForgotPasswordPage } from "../../session/forgot-password-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("forgotPassword"))("title") };
}

export default function Page() {
  return <ForgotPasswordPage />;
}
