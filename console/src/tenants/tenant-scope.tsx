"use client";
/** What the pages of one tenant stand in: their requests are for it, and nobody else than its members sees them. */
import { createContext, type ReactNode, use, useEffect, useLayoutEffect } from "react";
import { actFor } from "../api-call.ts";
import { remember } from "./last-tenant.ts";
import { NoSuchTenant } from "./no-such-tenant.tsx";
import { Suspended } from "./suspended.tsx";
import { useTenants } from "./use-tenants.ts";

export const TenantContext = createContext<string | null>(null);

export function TenantScope({ tenant, children }: { tenant: string; children: ReactNode }) {
  const tenants = useTenants().data?.tenants;
  const own = tenants?.find(({ billingAccountId }) => billingAccountId === tenant);
  const isMember = own !== undefined;
  // Before the first request of the pages inside, which come with the effects that follow.
  useLayoutEffect(() => actFor(tenant), [tenant]);
  useEffect(() => {
    if (isMember) remember(tenant);
  }, [tenant, isMember]);
  // Until it is known, the page begins to load: for a member, which is nearly everyone, it is there so much sooner.
  if (tenants && !isMember) return <NoSuchTenant tenants={tenants} />;
  if (own?.status === "suspended") return <Suspended name={own.billingAccountName} />;
  return <TenantContext value={tenant}>{children}</TenantContext>;
}

/** The tenant that this page is about: the first part of the key of whatever it keeps. @throws Error outside of one */
export function useTenant(): string {
  const tenant = use(TenantContext);
  if (tenant === null) throw new Error("not inside of a tenant's pages");
  return tenant;
}
