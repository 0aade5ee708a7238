"use client";
/** Signing in with one of this browser's wallets. */
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { WalletChooser } from "../wallets/wallet-chooser.tsx";

export function WalletSignIn({ chains, returnTo }: { chains: readonly number[]; returnTo: string }) {
  const text = useTranslations("waysIn");
  const tooOften = useTranslations("signIn")("tooOften");
  const router = useRouter();
  const cache = useQueryClient();

  function wordsFor(failure: Error): string | null {
    if (!(failure instanceof ApiError)) return null;
    if (failure.status === 401) return text("walletUnknown");
    return failure.status === 429 ? tooOften : null;
  }
  return (
    <WalletChooser
      chains={chains}
      purpose="sign_in"
      use={async (signed) => {
        await api.walletSignIn(signed);
        cache.clear();
        router.replace(returnTo);
      }}
      wordsFor={wordsFor}
    />
  );
}
