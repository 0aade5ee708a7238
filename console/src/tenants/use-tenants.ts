"use client";
/** The tenants of whoever is signed in, and what they may do in each. */
import type { OwnTenant } from "@cogni/contract";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "next/navigation";
import { api } from "../api.ts";

export const TENANTS_KEY = ["tenants"];

const SUSPENDED_MS = 15_000;

export function useTenants() {
  return useQuery({
    queryKey: TENANTS_KEY,
    queryFn: ({ signal }) => api.tenants(signal),
    staleTime: 60_000,
    // Nobody tells the page of a suspended one that it may go on.
    refetchInterval: ({ state }) =>
      state.data?.tenants.some(({ status }) => status === "suspended") ? SUSPENDED_MS : false,
  });
}

/** The tenant that the page's address names; null for a page that is about none. */
export function useTenantId(): string | null {
  return useParams<{ tenant?: string }>().tenant ?? null;
}

/** What the person is in that tenant; undefined until it is known, and where they are no member. */
export function useOwnTenant(): OwnTenant | undefined {
  const id = useTenantId();
  return useTenants().data?.tenants.find(({ billingAccountId }) => billingAccountId === id);
}
