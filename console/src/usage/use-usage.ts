"use client";
/** What a tenant's calls cost: in sums, call by call, and how far its limits are used. Looked at anew while someone watches. */
import type { UsageGroup } from "@cogni/contract";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../api.ts";
import { useLimits } from "../limits/use-limits.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";
import { type Days, daysOf, type Span, todayIn } from "./span.ts";
import type { CallFilters, OpenCall } from "./use-usage-view.ts";

const LOOK_AGAIN_MS = 10_000;

/** Null while it is not known in which time zone the days are counted. */
export function useDays(span: Span): Days | null {
  const { data, isPending } = useLimits(LOOK_AGAIN_MS);
  if (span === "30d") return daysOf(span, "");
  if (isPending) return null;
  // Without an answer the person's own days are as good as any.
  const { timeZone } = data ?? new Intl.DateTimeFormat().resolvedOptions();
  return daysOf(span, todayIn(timeZone, new Date()));
}

/** @param watched looked at anew, now and then */
export function useReport(days: Days | null, by: UsageGroup, watched: boolean) {
  const tenant = useTenant();
  return useQuery({
    queryKey: [tenant, "usage", by, days],
    queryFn: ({ signal }) => api.usage({ ...days, by }, signal),
    enabled: days !== null,
    placeholderData: (before) => (before?.by === by ? before : undefined),
    refetchInterval: watched && LOOK_AGAIN_MS,
  });
}

export function useCalls(days: Days | null, filters: CallFilters) {
  const tenant = useTenant();
  const query = days && queryOf(days, filters);
  return useInfiniteQuery({
    queryKey: [tenant, "usage", "calls", query],
    queryFn: async ({ pageParam: after, signal }) => ({
      ...(await api.usageCalls({ ...query, after }, signal)),
      answers: JSON.stringify(query),
    }),
    enabled: days !== null,
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    // Whoever has gone back into the past reads there, and nothing moves under their eyes.
    refetchInterval: ({ state }) => (state.data && state.data.pages.length > 1 ? false : LOOK_AGAIN_MS),
  });
}

/** One call, whenever it was and be it among those of the list or not; null: there is none. */
export function useCall({ id, requestId }: OpenCall) {
  const tenant = useTenant();
  return useQuery({
    queryKey: [tenant, "usage", "call", id],
    queryFn: async ({ signal }) => {
      const { calls } = await api.usageCalls({ requestId }, signal);
      return calls.find((call) => call.id === id) ?? null;
    },
    // Its cost may become the upstream's, and whether it was answered is known later.
    refetchInterval: LOOK_AGAIN_MS,
  });
}

/** As the API asks for it: a day is a span of one. */
function queryOf(days: Days, { day, ...filters }: CallFilters): Record<string, string | null> {
  return { ...filters, ...(day === "" ? days : { from: day, to: day }) };
}

/** What is asked of a file. By days there are sums alone, which know of days, channels and models. */
export function fileQueryOf(of: "calls" | "days", days: Days, filters: CallFilters) {
  const none = { conversation: "", outcome: "", requestId: "" };
  return { ...queryOf(days, of === "days" ? { ...filters, ...none } : filters), of };
}
