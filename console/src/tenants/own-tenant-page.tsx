"use client";
/**
 * A section's address without a tenant: leads to the person's own, and draws meanwhile what will stand there. An
 * administrator of the platform who has none is led to the tenants of others.
 */
import { useRouter } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { LoadFailure } from "../parts/load-failure.tsx";
import { usePerson } from "../session/use-person.ts";
import { preferred } from "./last-tenant.ts";
import { NoTenant } from "./no-tenant.tsx";
import { tenantPath } from "./paths.ts";
import { useTenants } from "./use-tenants.ts";

export function OwnTenantPage({ section, children }: { section: string; children: ReactNode }) {
  const router = useRouter();
  const { data, error, refetch } = useTenants();
  const { data: person, isPending } = usePerson();
  const hasNone = data?.tenants.length === 0;
  const administers = person?.platformAdministrator ?? false;
  useEffect(() => {
    if (hasNone && administers) router.replace("/operator/tenants");
  }, [hasNone, administers, router]);
  useEffect(() => {
    const own = data && preferred(data.tenants);
    if (!own) return;
    const { search, hash } = window.location;
    router.replace(tenantPath(own.billingAccountId, section) + search + hash);
  }, [data, section, router]);
  if (hasNone && !isPending && !administers) return <NoTenant />;
  if (!data && error) return <LoadFailure error={error} retry={() => void refetch()} skeleton={children} />;
  return children;
}
