"use client";
/** A tenant's people and who is invited, and what changes them. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";
import { TENANTS_KEY } from "../tenants/use-tenants.ts";

const keyOf = (tenant: string) => [tenant, "members"];

export function useMembers() {
  const tenant = useTenant();
  return useQuery({ queryKey: keyOf(tenant), queryFn: ({ signal }) => api.members(signal) });
}

/** One act on the members, after which the list is looked at again, also when it failed: someone else may have been first. */
export function useMembersAct<Wish, Answer>(act: (wish: Wish) => Promise<Answer>) {
  const tenant = useTenant();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: keyOf(tenant) }),
        // Whoever changed their own role may do something else from now on.
        cache.invalidateQueries({ queryKey: TENANTS_KEY }),
      ]),
  });
}
