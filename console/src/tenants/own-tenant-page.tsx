"use client";
/** A section's address without a tenant: leads to the person's own, and draws meanwhile what will stand there. */
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { LoadFailure } from "../parts/load-failure.tsx";
import { preferred } from "./last-tenant.ts";
import { NoTenant } from "./no-tenant.tsx";
import { tenantPath } from "./paths.ts";
import { useTenants } from "./use-tenants.ts";

export function OwnTenantPage({ section, children }: { section: string; children: ReactNode }) {
  const router = useRouter();
  const { data, error, refetch } = useTenants();
  useEffect(() => {
    const own = data && preferred(data.tenants);
    if (!own) return;
    const { search, hash } = window.location;
    router.replace(tenantPath(own.billingAccountId, section) + search + hash);
  }, [data, section, router]);
  if (data?.tenants.length === 0) return <NoTenant />;
  if (!data && error) return <LoadFailure error={error} retry={() => void refetch()} skeleton={children} />;
  return children;
}
