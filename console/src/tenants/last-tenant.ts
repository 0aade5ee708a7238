"use client";
/** The tenant that this browser last showed, which an address without one leads to. */
import type { OwnTenant } from "@cogni/contract";

const KEY = "tenant";

export const remember = (tenant: string): void => localStorage.setItem(KEY, tenant);

/** The last one if the person still belongs to it, else the first; undefined for a person of none. */
export function preferred(tenants: readonly OwnTenant[]): OwnTenant | undefined {
  const last = localStorage.getItem(KEY);
  return tenants.find(({ billingAccountId }) => billingAccountId === last) ?? tenants[0];
}
