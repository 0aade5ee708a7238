"use client";
/** A tenant's webhook endpoints, the log of what was sent to them, and what is done to either. */
import type { WebhookEndpoint } from "@cogni/contract";
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { api } from "../api.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";
import type { LogFilters } from "./use-log-filters.ts";

const webhooksKey = (tenant: string) => [tenant, "webhooks"];
const LOOK_AGAIN_MS = 5_000;

export function useWebhooks() {
  const tenant = useTenant();
  return useQuery({
    queryKey: [...webhooksKey(tenant), "endpoints"],
    queryFn: ({ signal }) => api.webhooks(signal),
    refetchInterval: LOOK_AGAIN_MS,
  });
}

export function useDeliveries(filters: LogFilters) {
  const tenant = useTenant();
  return useInfiniteQuery({
    queryKey: [...webhooksKey(tenant), "log", filters],
    queryFn: async ({ pageParam: after, signal }) => ({
      ...(await api.webhookDeliveries({ ...filters, after }, signal)),
      answers: JSON.stringify(filters),
    }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    // Whoever has gone back into the past reads there, and nothing moves under their eyes.
    refetchInterval: ({ state }) => (state.data && state.data.pages.length > 1 ? false : LOOK_AGAIN_MS),
  });
}

export function useDelivery(id: string) {
  const tenant = useTenant();
  return useQuery({
    queryKey: [...webhooksKey(tenant), "delivery", id],
    queryFn: ({ signal }) => api.webhookDelivery({ id }, signal),
    refetchInterval: ({ state }) =>
      state.data?.state === "waiting" || state.data?.state === "sending" ? 1_000 : false,
  });
}

/** A change of them, after which endpoints and log are looked at anew. */
export function useWebhookChange<Wish, Answer>(change: (wish: Wish) => Promise<Answer>) {
  const tenant = useTenant();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: change,
    // A fresh secret stays in no cache longer than it is shown.
    gcTime: 0,
    onSettled: () => cache.invalidateQueries({ queryKey: webhooksKey(tenant) }),
  });
}

/** What opens a dialog about an endpoint. */
export type EndpointAction = "change" | "rotate" | "delete";

export interface EndpointDialogProps {
  opened: boolean;
  onClose: () => void;
  /** The dialog is gone from the page. */
  onClosed: () => void;
}

export interface OneEndpointDialogProps extends EndpointDialogProps {
  of: WebhookEndpoint;
}
