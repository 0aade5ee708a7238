"use client";
/** One attempt to connect: the request, and what the status shows of it meanwhile and afterwards. */
import type { ChannelStatus, ConnectRequest } from "@cogni/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";
import type { Attempt } from "./progress.ts";
import { statusKey } from "./use-status.ts";

export type ConnectWish = Omit<ConnectRequest, "channel">;

/** `attempt` is null until `connect` is called; each call begins another. */
export function useConnect(channel: ChannelStatus, seenAt: number) {
  const cache = useQueryClient();
  const tenant = useTenant();
  const [turnedAt, setTurnedAt] = useState(0);
  const request = useMutation({
    mutationFn: (wish: ConnectWish) => api.connect({ channel: channel.channel, ...wish }),
    onMutate: () => setTurnedAt(Date.now()),
    onSettled: () => {
      setTurnedAt(Date.now());
      // Cancels a poll that set out before the answer: what it brings would be older than what we know.
      return cache.invalidateQueries({ queryKey: statusKey(tenant) });
    },
  });
  const attempt: Attempt | null = request.isIdle
    ? null
    : {
        answer: request.data ?? null,
        error: request.error && asApiError(request.error),
        seen: seenAt > turnedAt ? channel : null,
      };
  return { attempt, connect: (wish: ConnectWish) => request.mutate(wish) };
}

function asApiError(error: Error): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, null, error);
}
