"use client";
/** The limits as they are saved, with how far they are used, and a change of them. */
import type { Limits } from "@cogni/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";

const limitsKey = (tenant: string) => [tenant, "limits"];

/** @param everyMs how often they are looked at anew */
export function useLimits(everyMs: number | false = false) {
  const tenant = useTenant();
  return useQuery({
    queryKey: limitsKey(tenant),
    queryFn: ({ signal }) => api.limits(signal),
    refetchInterval: everyMs,
  });
}

/** @param onSaved called before anything is drawn by what was saved */
export function useChangeLimits(onSaved: (saved: Limits) => void) {
  const tenant = useTenant();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: api.changeLimits,
    onSuccess: (saved) => {
      onSaved(saved);
      cache.setQueryData(limitsKey(tenant), saved);
    },
    onError: (error) => {
      // Theirs is what is saved now: the page then offers both.
      const overtaken = error instanceof ApiError && error.problem?.code === "limits_changed";
      if (overtaken) void cache.invalidateQueries({ queryKey: limitsKey(tenant) });
    },
  });
}
