"use client";
/** The people who wait to be let in to one channel, and what is decided of them. */
import type { ChannelStatus, DecideSenderRequest, Senders } from "@cogni/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api.ts";
import { STATUS_KEY } from "../channels/use-status.ts";

export type Decision = Omit<DecideSenderRequest, "channel">;

const SENDERS_KEY = ["senders"];
const EVERY_MS = 5_000;

export function useSenders({ channel }: ChannelStatus) {
  return useQuery({
    queryKey: SENDERS_KEY,
    queryFn: ({ signal }) => api.senders(signal),
    select: ({ senders }) => senders.filter((sender) => sender.channel === channel),
    refetchInterval: EVERY_MS,
  });
}

/**
 * Whoever was decided of leaves the list with the answer; the count on the card follows.
 * @param onDecided called while they are still in the list
 */
export function useDecide({ channel }: ChannelStatus, onDecided: (decision: Decision) => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (decision: Decision) => api.decideSender({ channel, ...decision }),
    onSuccess: async ({ sender }, decision) => {
      // A poll that set out before the decision would bring them back.
      await cache.cancelQueries({ queryKey: SENDERS_KEY });
      onDecided(decision);
      cache.setQueryData<Senders>(
        SENDERS_KEY,
        (before) =>
          before && {
            senders: before.senders.filter((one) => one.channel !== channel || one.sender !== sender),
          },
      );
      void cache.invalidateQueries({ queryKey: STATUS_KEY });
    },
  });
}
