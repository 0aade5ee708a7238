"use client";
/** The wallets of this browser, and whether there was time enough for all of them to speak up. */
import { useEffect, useState } from "react";
import { type FoundWallet, watchWallets } from "./discovery.ts";

/** They answer at once; this is for those that are still starting. */
const LONG_ENOUGH_MS = 600;

export function useWallets(): { wallets: readonly FoundWallet[]; looking: boolean; lookAgain: () => void } {
  const [wallets, setWallets] = useState<readonly FoundWallet[]>([]);
  const [search, setSearch] = useState({ looking: true, round: 0 });
  const { round } = search;

  useEffect(() => {
    setWallets([]);
    const stop = watchWallets(setWallets);
    const timer = setTimeout(() => setSearch({ looking: false, round }), LONG_ENOUGH_MS);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [round]);

  const lookAgain = () => setSearch({ looking: true, round: round + 1 });
  return { wallets, looking: search.looking && wallets.length === 0, lookAgain };
}
