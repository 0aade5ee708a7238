"use client";
/** The people who wait to be let in to one channel, and what is decided of them. */
import type { ChannelStatus, PendingSender } from "@cogni/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api.ts";
import { statusKey } from "../channels/use-status.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";
import type { Decision } from "./decided.ts";

const EVERY_MS = 5_000;

export function useSenders({ channel }: ChannelStatus) {
  const tenant = useTenant();
  return useQuery({
    queryKey: [tenant, "senders"],
    queryFn: ({ signal }) => api.senders(signal),
    select: ({ senders }) => senders.filter((sender) => sender.channel === channel),
    refetchInterval: EVERY_MS,
  });
}

/** @param onDecided called while the buttons that decided are still there */
export function useDecide({ channel, sender }: PendingSender, onDecided: (decision: Decision) => void) {
  const cache = useQueryClient();
  const tenant = useTenant();
  return useMutation({
    mutationFn: (decision: Decision) => api.decideSender({ channel, sender, decision }),
    onSuccess: (_answer, decision) => {
      onDecided(decision);
      // The count on the card.
      void cache.invalidateQueries({ queryKey: statusKey(tenant) });
    },
  });
}
