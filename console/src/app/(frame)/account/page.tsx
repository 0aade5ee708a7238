/** /account */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AccountPage } from "../../../account/account-page.tsx";
import { waysIn } from "../../../session/ways-in-of.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("account"))("title") };
}

export default async function Page() {
  const { wallet } = await waysIn();
  return <AccountPage wallet={wallet} />;
}
