"use client";
/** One act on a tenant of the list, by which nothing of it but its status changes at once. */
import type { BillingAccountStatus, TenantsPage } from "@cogni/contract";
import { type InfiniteData, useMutation, useQueryClient } from "@tanstack/react-query";
import { TENANTS_KEY as OWN_TENANTS_KEY } from "../tenants/use-tenants.ts";
import { TENANTS_KEY } from "./keys.ts";

interface Changed {
  billingAccountId: string;
  status: BillingAccountStatus;
}

export function useTenantAct<Wish>(act: (wish: Wish) => Promise<Changed>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess(changed) {
      // In its place, and not looked at again: a row that the filters no longer let through would go from under the pointer.
      cache.setQueriesData<InfiniteData<TenantsPage>>({ queryKey: TENANTS_KEY }, (list) =>
        list ? { ...list, pages: list.pages.map((page) => changedIn(page, changed)) } : list,
      );
      void cache.invalidateQueries({ queryKey: OWN_TENANTS_KEY });
    },
    // Someone else may have been first.
    onError: () => cache.invalidateQueries({ queryKey: TENANTS_KEY }),
  });
}

function changedIn(page: TenantsPage, { billingAccountId, status }: Changed): TenantsPage {
  const tenants = page.tenants.map((one) => (one.id === billingAccountId ? { ...one, status } : one));
  return { ...page, tenants };
}
