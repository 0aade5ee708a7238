/** /channels leads to those of the person's own tenant. */
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ChannelsSkeleton } from "../../../channels/channels-skeleton.tsx";
import { OwnTenantPage } from "../../../tenants/own-tenant-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("channels"))("title") };
}

export default function Page() {
  return (
    <OwnTenantPage section="channels">
      <ChannelsSkeleton />
    </OwnTenantPage>
  );
}
