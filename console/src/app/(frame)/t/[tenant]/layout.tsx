/** The pages of one tenant, which stands in their address. */
import { billingAccountIdSchema } from "@cogni/contract";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { TenantScope } from "../../../../tenants/tenant-scope.tsx";

export interface TenantParams {
  params: Promise<{ tenant: string }>;
}

export default async function TenantLayout({ params, children }: TenantParams & { children: ReactNode }) {
  const { tenant } = await params;
  // A name that no tenant can have.
  if (!billingAccountIdSchema.safeParse(tenant).success) notFound();
  return <TenantScope tenant={tenant}>{children}</TenantScope>;
}
