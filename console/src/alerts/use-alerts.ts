"use client";
/** Alerts, kept fresh: looked for now and then, and at once when somebody did something about one. */
import type { Alert, Alerts } from "@cogni/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api.ts";
import { usePerson } from "../session/use-person.ts";
import { useOwnTenant } from "../tenants/use-tenants.ts";

const LOOK_AGAIN_MS = 15_000;

/** Whose alerts: a tenant's, or the platform's. */
export type AlertScope = { readonly tenant: string } | "platform";

export const alertsKey = (scope: AlertScope) =>
  scope === "platform" ? ["operator", "alerts"] : [scope.tenant, "alerts"];

/** The first page; null: nobody's, and none are asked for. */
export function useAlerts(scope: AlertScope | null) {
  return useQuery({
    queryKey: scope ? alertsKey(scope) : ["no alerts"],
    queryFn: ({ signal }): Promise<Alerts> =>
      scope === "platform" ? api.operatorAlerts(null, signal) : api.alerts(signal),
    enabled: scope !== null,
    refetchInterval: LOOK_AGAIN_MS,
  });
}

/** Of the tenant that the page is about, where the person may see its channels. */
export function useTenantScope(): AlertScope | null {
  const own = useOwnTenant();
  return own?.status === "active" ? { tenant: own.billingAccountId } : null;
}

export function usePlatformScope(): AlertScope | null {
  return usePerson().data?.platformAdministrator ? "platform" : null;
}

export function useAcknowledge(scope: AlertScope) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      scope === "platform" ? api.acknowledgeOperatorAlert({ id }) : api.acknowledgeAlert({ id }),
    // Its button is gone before it stops being busy.
    onSettled: () => cache.invalidateQueries({ queryKey: alertsKey(scope) }),
  });
}

/** Those that stand and nobody has seen. */
export function unseen(alerts: Alerts | undefined): Alert[] {
  return alerts?.alerts.filter(({ resolvedAt, acknowledged }) => !resolvedAt && !acknowledged) ?? [];
}
