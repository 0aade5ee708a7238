"use client";
/** The status document, kept fresh: every second while something is in motion, else every two; never in a hidden tab. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../api.ts";
import { pollDelay } from "./states.ts";

export const STATUS_KEY = ["channels", "status"];

export function useStatus() {
  return useQuery({
    queryKey: STATUS_KEY,
    queryFn: ({ signal }) => api.status(signal),
    refetchInterval: ({ state }) => pollDelay(state.data, state.status === "error"),
    refetchOnWindowFocus: "always",
  });
}
