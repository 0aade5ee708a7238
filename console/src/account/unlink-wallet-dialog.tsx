"use client";
/** Asks once before a wallet signs nobody in any more. */
import type { Wallet } from "@cogni/contract";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import type { WalletDialogProps } from "./link-wallet-dialog.tsx";
import { shortAddress, useDrawWallets } from "./use-linked-wallets.ts";

export function UnlinkWalletDialog({ wallet, onDone, ...rest }: WalletDialogProps & { wallet: Wallet }) {
  const text = useTranslations("account.wallets");
  const draw = useDrawWallets();
  const { address } = wallet;
  const unlink = useMutation({
    mutationFn: api.unlinkWallet,
    onSuccess(answered) {
      draw(answered);
      onDone(text("unlinked"));
    },
  });
  return (
    <ConfirmDialog
      title={text("unlinkTitle", { address: shortAddress(wallet) })}
      text={text("unlinkText", { address })}
      confirm={text("unlink")}
      onConfirm={() => unlink.mutate({ address })}
      busy={unlink.isPending}
      error={unlink.error}
      {...rest}
    />
  );
}
