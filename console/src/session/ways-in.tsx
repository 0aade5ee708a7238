"use client";
/** The ways in beside the password. What a wallet needs is fetched when somebody wants it. */
import type { WaysIn as Ways } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { lazy, Suspense, useState } from "react";
import { Button, ButtonLink } from "../parts/button.tsx";
import classes from "./ways-in.module.css";

// Not Next's own way to do so, which would weigh more on the first load than this page.
const WalletSignIn = lazy(async () => ({ default: (await import("./wallet-sign-in.tsx")).WalletSignIn }));

export function WaysIn({ wallet, oidc, returnTo }: Ways & { returnTo: string }) {
  const text = useTranslations("waysIn");
  const [walletsShown, showWallets] = useState(false);
  if (!wallet && !oidc) return null;
  return (
    <div className={classes.ways}>
      <div className={classes.divider}>{text("or")}</div>
      {oidc && (
        <ButtonLink wide href={`/api/auth/oidc/start?next=${encodeURIComponent(returnTo)}`}>
          {text("oidc", { name: oidc.name })}
        </ButtonLink>
      )}
      {wallet && (
        <>
          <Button wide aria-expanded={walletsShown} onClick={() => showWallets(!walletsShown)}>
            {text("wallet")}
          </Button>
          {walletsShown && (
            <Suspense fallback={<p className={classes.loading}>{text("looking")}</p>}>
              <WalletSignIn chains={wallet.chains} returnTo={returnTo} />
            </Suspense>
          )}
        </>
      )}
    </div>
  );
}
