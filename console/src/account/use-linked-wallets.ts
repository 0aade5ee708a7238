"use client";
/** The wallets that sign the person in. A change answers the whole list: it is drawn at once, and not asked for again. */
import type { Wallet, Wallets } from "@cogni/contract";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../api.ts";

const WALLETS_KEY = ["wallets"];

/** @param taken whether this installation takes wallets; nothing is asked where it does not */
export function useLinkedWallets(taken: boolean) {
  return useQuery({
    queryKey: WALLETS_KEY,
    queryFn: ({ signal }) => api.wallets(signal),
    enabled: taken,
  });
}

export function useDrawWallets(): (answered: Wallets) => void {
  const cache = useQueryClient();
  return (answered) => {
    // One that is under way may know of the list before the change.
    void cache.cancelQueries({ queryKey: WALLETS_KEY });
    cache.setQueryData(WALLETS_KEY, answered);
  };
}

/** Its two ends, as people know their wallets by; the whole of it stands wherever it matters. */
export function shortAddress({ address }: Pick<Wallet, "address">): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}
