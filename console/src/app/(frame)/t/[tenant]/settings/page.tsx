/** /t/<tenant>/settings begins with the general ones. */
import { redirect } from "next/navigation";
import { tenantPath } from "../../../../../tenants/paths.ts";
import type { TenantParams } from "../layout.tsx";

export default async function Page({ params }: TenantParams) {
  redirect(tenantPath((await params).tenant, "settings/general"));
}
