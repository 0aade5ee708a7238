"use client";
/** The linked wallets; one row, too, while they load and where there is none: most people have one, and nothing moves for them. */
import type { Wallet } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Time, useTimeWords } from "../parts/time-ago.tsx";
import classes from "./account.module.css";
import { shortAddress } from "./use-linked-wallets.ts";

interface WalletListProps {
  /** Null while they load. */
  wallets: readonly Wallet[] | null;
  onUnlink: (wallet: Wallet) => void;
}

export function WalletList({ wallets, onUnlink }: WalletListProps) {
  const text = useTranslations("account.wallets");
  if (!wallets) {
    return (
      <ul className={classes.sessions} aria-busy="true" aria-label={text("loading")}>
        <li>
          <div className={classes.session}>
            <div className={classes.line} />
            <div className={classes.line} />
          </div>
        </li>
      </ul>
    );
  }
  if (wallets.length === 0) return <p className={classes.none}>{text("none")}</p>;
  return (
    <ul className={classes.sessions}>
      {wallets.map((wallet) => (
        <WalletRow key={wallet.address} wallet={wallet} onUnlink={() => onUnlink(wallet)} />
      ))}
    </ul>
  );
}

function WalletRow({ wallet, onUnlink }: { wallet: Wallet; onUnlink: () => void }) {
  const text = useTranslations("account.wallets");
  const { ago } = useTimeWords();
  const { address, addedAt } = wallet;
  const short = shortAddress(wallet);
  return (
    <li>
      <div className={classes.session}>
        <strong className={classes.address}>
          <code title={address}>{short}</code>
          <CopyButton value={address} label={text("copy", { address: short })} />
        </strong>
        <span>
          <Time at={addedAt}>{text("since", { time: ago(addedAt) })}</Time>
        </span>
      </div>
      <Button aria-label={text("unlinkLabel", { address: short })} onClick={onUnlink}>
        {text("unlink")}
      </Button>
    </li>
  );
}
