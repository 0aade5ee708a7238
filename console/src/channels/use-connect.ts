"use client";
/** One attempt to connect: the request, and what polls see of it meanwhile and afterwards. */
import type { ChannelStatus } from "@cogni/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ApiError, api } from "../api.ts";
import { type Progress, progressOf } from "./progress.ts";
import { STATUS_KEY } from "./use-status.ts";

export function useConnect(channel: ChannelStatus, seenAt: number) {
  const cache = useQueryClient();
  const [turnedAt, setTurnedAt] = useState(0);
  const request = useMutation({
    mutationFn: (values: Record<string, string>) =>
      api.connect({ channel: channel.channel, credentials: filled(values) }),
    onMutate: () => setTurnedAt(Date.now()),
    onSettled: () => {
      setTurnedAt(Date.now());
      // Cancels a poll that set out before the answer: what it brings would be older than what we know.
      return cache.invalidateQueries({ queryKey: STATUS_KEY });
    },
  });

  const attempt = {
    answer: request.data ?? null,
    error: request.error && asApiError(request.error),
    seen: seenAt > turnedAt ? channel : null,
  };
  const progress: Progress | null = request.isIdle ? null : progressOf(attempt);
  return { progress, start: (values: Record<string, string>) => request.mutate(values) };
}

/** An optional field left empty is not sent; what was pasted with a stray newline still counts. */
function filled(values: Record<string, string>): Record<string, string> {
  const trimmed = Object.entries(values).map(([name, value]) => [name, value.trim()] as const);
  return Object.fromEntries(trimmed.filter(([, value]) => value !== ""));
}

function asApiError(error: Error): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, null, error);
}
