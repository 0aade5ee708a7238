/** Any address that is no page. */

import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Notice } from "../parts/notice.tsx";
import { HOME } from "../session/return-path.ts";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("notFound"))("title") };
}

export default async function NotFound() {
  const text = await getTranslations("notFound");
  return (
    <Notice title={text("title")} text={text("text")}>
      <Link href={HOME}>{text("home")}</Link>
    </Notice>
  );
}
