/** /sign-in?next=…&refused=… */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { safeReturnPath } from "../../session/return-path.ts";
import { SignInPage } from "../../session/sign-in-page.tsx";
import { refusalOf, waysIn } from "../../session/ways-in-of.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("signIn"))("title") };
}

export default async function Page({
  searchParams,
}: {
  searchParams: Promise<{ next?: string | string[]; refused?: string | string[] }>;
}) {
  const { next, refused } = await searchParams;
  const returnTo = safeReturnPath(typeof next === "string" ? next : null);
  return <SignInPage returnTo={returnTo} ways={await waysIn()} refused={refusalOf(refused)} />;
}
