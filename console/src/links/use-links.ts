"use client";
/** The tenant's connect links and their settings, as the page keeps them. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../api.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";

export const linksKey = (tenant: string) => [tenant, "connect-links"];
export const linkSettingsKey = (tenant: string) => [tenant, "connect-link-settings"];

/** Links are opened and end without anyone here doing it. */
const EVERY_MS = 15_000;

export function useLinks() {
  return useQuery({
    queryKey: linksKey(useTenant()),
    queryFn: ({ signal }) => api.connectLinks(signal),
    refetchInterval: EVERY_MS,
  });
}

export function useLinkSettings() {
  return useQuery({
    queryKey: linkSettingsKey(useTenant()),
    queryFn: ({ signal }) => api.connectLinkSettings(signal),
    // What is being typed must not be overtaken.
    staleTime: Number.POSITIVE_INFINITY,
  });
}
