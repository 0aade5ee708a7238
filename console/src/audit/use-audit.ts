"use client";
/** The audit as it was asked for, page after page, and looked at anew while someone watches its newest entries. */
import type { AuditEntry } from "@cogni/contract";
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../api.ts";
import { type AuditFilters, toQuery } from "./use-audit-filters.ts";

/** Whose audit it is. */
export interface AuditSource {
  /** By which what was fetched is kept. */
  readonly key: readonly string[];
  readonly path: "/api/v1/audit" | "/api/v1/operator/audit";
  /** Whether its entries are about channels. */
  readonly channels: boolean;
}

/** With the words of the problem that its outcome is the code of. */
export type ToldEntry = AuditEntry & { readonly problem: string | null };

const LOOK_AGAIN_MS = 10_000;

export function useAudit({ key, path }: AuditSource, filters: AuditFilters) {
  return useInfiniteQuery({
    queryKey: [...key, "audit", filters],
    queryFn: async ({ pageParam: cursor, signal }) => {
      const { entries, next } = await api.audit(path, { ...toQuery(filters), cursor }, signal);
      return { entries: await told(entries), next, answers: JSON.stringify(filters) };
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
    // Whoever has gone back into the past reads there, and nothing moves under their eyes.
    refetchInterval: ({ state }) => (state.data && state.data.pages.length > 1 ? false : LOOK_AGAIN_MS),
  });
}

/** One entry, which need not be among those of the list. Null: there is none of that place. */
export function useAuditEntry(
  { key, path }: AuditSource,
  entry: number,
  listed: readonly ToldEntry[] | undefined,
) {
  const known = listed?.find(({ seq }) => seq === entry);
  const looked = useQuery({
    queryKey: [...key, "audit-entry", entry],
    queryFn: async ({ signal }) => {
      const { entries } = await api.audit(path, { entry: String(entry) }, signal);
      return (await told(entries))[0] ?? null;
    },
    enabled: known === undefined,
  });
  return { ...looked, data: known ?? looked.data };
}

/** The codes' words came with the schemas by which the answer was read. */
async function told(entries: readonly AuditEntry[]): Promise<ToldEntry[]> {
  const { ERRORS, errorCodeSchema } = await import("@cogni/contract");
  return entries.map((entry) => {
    const code = errorCodeSchema.safeParse(entry.outcome);
    return { ...entry, problem: code.success ? ERRORS[code.data].title : null };
  });
}
