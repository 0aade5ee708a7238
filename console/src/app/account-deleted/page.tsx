/** Where an owner finds themselves who has just deleted an account: outside of it. */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Notice } from "../../parts/notice.tsx";
import { HOME } from "../../session/return-path.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("accountDeleted"))("title") };
}

export default async function AccountDeleted() {
  const text = await getTranslations("accountDeleted");
  return (
    <Notice title={text("title")} text={text("text")}>
      {/* A plain link: what the console remembers is of before. */}
      <a href={HOME}>{text("home")}</a>
    </Notice>
  );
}
