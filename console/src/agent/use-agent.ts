"use client";
/** The agent's settings as they are saved, and a change of them. */
import type { AgentSettings } from "@cogni/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";

/** While the gateway does not have them yet. */
const EVERY_MS = 1_000;

export function useAgent() {
  const tenant = useTenant();
  return useQuery({
    queryKey: [tenant, "agent"],
    queryFn: ({ signal }) => api.agent(signal),
    refetchInterval: ({ state }) => (state.data?.applied === false ? EVERY_MS : false),
  });
}

/** @param onSaved called before anything is drawn by what was saved */
export function useChangeAgent(onSaved: (saved: AgentSettings) => void) {
  const tenant = useTenant();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: api.changeAgent,
    onSuccess: (saved) => {
      onSaved(saved);
      cache.setQueryData([tenant, "agent"], saved);
    },
    onError: (error) => {
      // Theirs is what is saved now: the page then offers both.
      const overtaken = error instanceof ApiError && error.problem?.code === "agent_changed";
      if (overtaken) void cache.invalidateQueries({ queryKey: [tenant, "agent"] });
    },
  });
}
