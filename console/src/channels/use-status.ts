"use client";
/**
 * The status document, kept fresh: by the stream of its changes, and where that is not to be had by polling, every second
 * while something is in motion, else every two. Neither goes on in a hidden tab.
 */
import type { StatusDocument, StatusEvent } from "@cogni/contract";
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api } from "../api.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";
import { pollDelay } from "./states.ts";
import { applied, followStatus, type StreamReader, type StreamState } from "./status-stream.ts";

export const statusKey = (tenant: string) => [tenant, "channels", "status"];

export function useStatus() {
  const cache = useQueryClient();
  const tenant = useTenant();
  const [stream, setStream] = useState<StreamState>("opening");
  useEffect(() => followStatus(readInto(cache, statusKey(tenant), setStream)), [cache, tenant]);

  const streams = stream === "open";
  const { data, error, isError, dataUpdatedAt, refetch } = useQuery({
    queryKey: statusKey(tenant),
    queryFn: ({ signal }) => api.status(signal),
    refetchInterval: ({ state }) => (streams ? false : pollDelay(state.data, state.status === "error")),
    refetchOnWindowFocus: streams ? false : "always",
  });
  return {
    data,
    error,
    isError,
    dataUpdatedAt,
    refetch,
    /** Changes arrive as they happen; else they are looked for. */
    live: stream !== "lost",
  };
}

/** The stream's events, written into the cache in their order. */
function readInto(cache: QueryClient, queryKey: string[], state: (state: StreamState) => void): StreamReader {
  /** What the last event made of the document; one that was polled since is another. */
  let last: { id: string; updatedAt: number } | null = null;
  let resumedAt: number | null = null;
  let turn = Promise.resolve();
  const updatedAt = () => cache.getQueryState(queryKey)?.dataUpdatedAt ?? 0;

  async function write(event: StatusEvent, id: string): Promise<void> {
    // What a poll under way brings may be older than this event.
    await cache.cancelQueries({ queryKey });
    // Polled while the stream was being opened, and so perhaps not what it goes on from.
    const doubtful = resumedAt !== null && event.event === "gateway" && updatedAt() !== resumedAt;
    resumedAt = null;
    const document = applied(cache.getQueryData<StatusDocument>(queryKey), event);
    if (!document) return;
    cache.setQueryData(queryKey, document);
    last = { id, updatedAt: updatedAt() };
    if (doubtful) void cache.invalidateQueries({ queryKey });
  }

  return {
    lastId() {
      resumedAt = last && last.updatedAt === updatedAt() ? last.updatedAt : null;
      return resumedAt === null ? undefined : last?.id;
    },
    take(event, id) {
      turn = turn.then(() => write(event, id));
    },
    state,
  };
}
