/** /sign-in?next=… */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { safeReturnPath } from "../../session/return-path.ts";
import { SignInPage } from "../../session/sign-in-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("signIn"))("title") };
}

export default async function Page({
  searchParams,
}: {
  searchParams: Promise<{ next?: string | string[] }>;
}) {
  const { next } = await searchParams;
  return <SignInPage returnTo={safeReturnPath(typeof next === "string" ? next : null)} />;
}
