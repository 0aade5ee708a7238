"use client";
/** One of this browser's wallets becomes the person's. */
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import dialog from "../channels/dialog.module.css";
import { Dialog } from "../parts/dialog.tsx";
import { WalletChooser } from "../wallets/wallet-chooser.tsx";
import { useDrawWallets } from "./use-linked-wallets.ts";

export interface WalletDialogProps {
  opened: boolean;
  onClose: () => void;
  onClosed: () => void;
  /** It came to what it is for, as told to the person. */
  onDone: (words: string) => void;
}

export function LinkWalletDialog({
  chains,
  onDone,
  ...rest
}: WalletDialogProps & { chains: readonly number[] }) {
  const text = useTranslations("account.wallets");
  const draw = useDrawWallets();
  return (
    <Dialog title={text("link")} {...rest}>
      <div className={dialog.body}>
        <p className={dialog.quiet}>{text("linkText")}</p>
        <WalletChooser
          chains={chains}
          purpose="link"
          // Also where the dialog was closed meanwhile: whoever signs has the wallet linked.
          use={async (signed) => {
            draw(await api.linkWallet(signed));
            onDone(text("linked"));
          }}
        />
      </div>
    </Dialog>
  );
}
