"use client";
/** Who is signed in, whatever their tenants. */
import { useQuery } from "@tanstack/react-query";
import { api } from "../api.ts";

export function usePerson() {
  return useQuery({ queryKey: ["person"], queryFn: ({ signal }) => api.person(signal), staleTime: 60_000 });
}
