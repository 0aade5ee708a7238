"use client";
/** How the channels have been in the last days: asked for once the cards stand, and now and then after that. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../api.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";

const EVERY_MS = 60_000;

/** @param wanted false until there is a card to draw it on */
export function useTimeline(wanted: boolean) {
  const tenant = useTenant();
  return useQuery({
    queryKey: [tenant, "channels", "timeline"],
    queryFn: ({ signal }) => api.timeline(signal),
    enabled: wanted,
    staleTime: EVERY_MS,
    refetchInterval: EVERY_MS,
  });
}
