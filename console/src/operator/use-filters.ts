"use client";
/** What the list of tenants is narrowed to. It stands in the address, so that it can be handed on and gone back to. */
import type { BillingAccountStatus } from "@cogni/contract";
import { usePathname, useRouter, useSearchParams } from "next/navigation";

/** As the contract's schema has them, which is not loaded this early. */
export const STATUSES = [
  "active",
  "suspended",
  "deleting",
] as const satisfies readonly BillingAccountStatus[];

export interface Filters {
  readonly search: string;
  readonly status: BillingAccountStatus | null;
  readonly gateway: string | null;
}

export function useFilters(): [Filters, (change: Partial<Filters>) => void] {
  const params = useSearchParams();
  const router = useRouter();
  const here = usePathname();
  const filters = {
    search: params.get("search") ?? "",
    status: STATUSES.find((status) => status === params.get("status")) ?? null,
    gateway: params.get("gateway"),
  };

  function narrow(change: Partial<Filters>) {
    const chosen = Object.entries({ ...filters, ...change }).filter(([, value]) => value);
    const query = new URLSearchParams(chosen.map(([name, value]) => [name, String(value)])).toString();
    router.replace(query ? `${here}?${query}` : here, { scroll: false });
  }

  return [filters, narrow];
}
