"use client";
/**
 * The wallets of this browser to choose from, and what becomes of the choice: asked for a signature, declined there, on another
 * network, not as wallets are. Fetched on demand, so no part of any first load.
 */
import type { SignedMessage, WalletPurpose } from "@cogni/contract";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ApiError } from "../api-call.ts";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import type { FoundWallet } from "./discovery.ts";
import { proveWallet, switchNetwork, WalletTrouble } from "./prove.ts";
import { useWallets } from "./use-wallets.ts";
import classes from "./wallet-chooser.module.css";

interface WalletChooserProps {
  /** The networks that a wallet may be on; the first is what others are asked to change over to. */
  chains: readonly number[];
  purpose: WalletPurpose;
  /** What the signature is for. It stays under way until this is. */
  use: (signed: SignedMessage) => Promise<void>;
  /** The page's own words for a failure of `use`; null where the others are good. */
  wordsFor?: (failure: Error) => string | null;
}

export function WalletChooser({ chains, purpose, use, wordsFor = noWords }: WalletChooserProps) {
  const text = useTranslations("waysIn");
  const { wallets, looking, lookAgain } = useWallets();
  const [chosen, setChosen] = useState<FoundWallet | null>(null);
  const proof = useMutation({
    async mutationFn({ wallet, change }: { wallet: FoundWallet; change: boolean }) {
      if (change && chains[0] !== undefined) await switchNetwork(wallet, chains[0]);
      await use(await proveWallet(wallet, chains, purpose));
    },
  });

  function start(wallet: FoundWallet, change = false) {
    setChosen(wallet);
    proof.mutate({ wallet, change });
  }

  // After its success the page is about to change, or the dialog to close.
  const busy = proof.isPending || proof.isSuccess;
  const nothing = wallets.length === 0 && !looking;
  const failure = busy ? null : proof.error;
  const elsewhere = failure instanceof WalletTrouble && failure.kind === "wrongNetwork" ? chosen : null;
  return (
    <div className={classes.chooser}>
      {wallets.length > 0 && (
        <ul aria-label={text("walletList")}>
          {wallets.map((wallet) => (
            <li key={wallet.uuid}>
              <button
                type="button"
                className={classes.wallet}
                // Not "disabled": that would drop the keyboard's focus while the person is in the wallet.
                aria-disabled={busy}
                onClick={busy ? undefined : () => start(wallet)}
              >
                <WalletIcon icon={wallet.icon} />
                <span className={classes.name}>{wallet.name}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <p role="status" className={classes.line}>
        {looking && text("looking")}
        {nothing && text("noWallet")}
        {busy && text("confirm", { wallet: chosen?.name ?? "" })}
      </p>
      <div role="alert" className={classes.trouble}>
        {failure && <Failure failure={failure} network={networkName(chains[0])} wordsFor={wordsFor} />}
      </div>
      {elsewhere && <Button onClick={() => start(elsewhere, true)}>{text("switch")}</Button>}
      {nothing && (
        <>
          <p className={classes.line}>{text("noWalletHint")}</p>
          <Button onClick={lookAgain}>{text("lookAgain")}</Button>
        </>
      )}
    </div>
  );
}

function Failure({
  failure,
  network,
  wordsFor,
}: Required<Pick<WalletChooserProps, "wordsFor">> & { failure: Error; network: string }) {
  const text = useTranslations("waysIn");
  if (failure instanceof WalletTrouble) return <p>{text(`trouble.${failure.kind}`, { network })}</p>;
  const words = wordsFor(failure) ?? (isOfContract(failure) ? text("contract") : null);
  return words === null ? <ProblemNote failure={failure} /> : <p>{words}</p>;
}

const noWords = () => null;

/** The signature is of no form that a wallet with a key of its own gives. */
function isOfContract(failure: Error): boolean {
  const errors = failure instanceof ApiError ? failure.problem?.errors : undefined;
  return errors?.some(({ path }) => path === "signature") ?? false;
}

function WalletIcon({ icon }: { icon: string | null }) {
  // A wallet may name none, or one that can't be drawn: its place stays, and the names stay in line.
  if (icon === null) return <span className={`${classes.icon} ${classes.blank}`} />;
  // biome-ignore lint/performance/noImgElement: it is in the address itself, and nothing to optimise
  return <img className={classes.icon} src={icon} alt="" />;
}

/** By their own names, in every language. */
const NETWORKS = new Map([
  [1, "Ethereum"],
  [10, "OP Mainnet"],
  [137, "Polygon"],
  [8453, "Base"],
  [42161, "Arbitrum One"],
]);

function networkName(chainId: number | undefined): string {
  return NETWORKS.get(chainId ?? 0) ?? `#${chainId}`;
}
