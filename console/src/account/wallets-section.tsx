"use client";
/** The wallets that sign the person in, and the dialogs in which one is linked or unlinked. */
import type { Wallet } from "@cogni/contract";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { LoadFailure } from "../parts/load-failure.tsx";
import { SettingsSection } from "../settings/settings-section.tsx";
import classes from "./account.module.css";
import { useLinkedWallets } from "./use-linked-wallets.ts";
import { WalletList } from "./wallet-list.tsx";

const LinkDialog = dynamic(() => import("./link-wallet-dialog.tsx").then((it) => it.LinkWalletDialog), {
  ssr: false,
});
const UnlinkDialog = dynamic(() => import("./unlink-wallet-dialog.tsx").then((it) => it.UnlinkWalletDialog), {
  ssr: false,
});

/** About one wallet, or about a new one. */
interface OpenDialog {
  unlink: Wallet | null;
  opened: boolean;
}

/** @param chains the networks that a wallet may be on */
export function WalletsSection({ chains }: { chains: readonly number[] }) {
  const text = useTranslations("account.wallets");
  const { data, error, refetch } = useLinkedWallets(true);
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const [said, setSaid] = useState("");
  const opener = useRef<HTMLElement | null>(null);
  const linkRow = useRef<HTMLDivElement>(null);

  function ask(unlink: Wallet | null) {
    opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setSaid("");
    setDialog({ unlink, opened: true });
  }
  const close = () => setDialog((now) => now && { ...now, opened: false });
  const shared = dialog && {
    opened: dialog.opened,
    onClose: close,
    onClosed() {
      setDialog(null);
      // What opened it may be gone with the row it stood in.
      const back = opener.current?.isConnected ? opener.current : linkRow.current?.querySelector("button");
      back?.focus();
    },
    onDone(words: string) {
      setSaid(words);
      close();
    },
  };
  const skeleton = <WalletList wallets={null} onUnlink={ask} />;
  return (
    <SettingsSection title={text("title")} help={text("help")}>
      {data ? (
        <>
          <WalletList wallets={data.wallets} onUnlink={ask} />
          <div ref={linkRow} className={classes.act}>
            <Button onClick={() => ask(null)}>{text("link")}</Button>
            <span role="status" className={classes.done}>
              {said}
            </span>
          </div>
        </>
      ) : error ? (
        <LoadFailure error={error} retry={() => void refetch()} skeleton={skeleton} />
      ) : (
        skeleton
      )}
      {shared && !dialog.unlink && <LinkDialog chains={chains} {...shared} />}
      {shared && dialog.unlink && <UnlinkDialog wallet={dialog.unlink} {...shared} />}
    </SettingsSection>
  );
}
