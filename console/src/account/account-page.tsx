"use client";
/** A person's own page, whatever their tenants: who they are, how they sign in, and where they are signed in. */
import type { WaysIn } from "@cogni/contract";
import { useTranslations } from "next-intl";
import settings from "../settings/settings.module.css";
import classes from "./account.module.css";
import { PasswordSection } from "./password-section.tsx";
import { PersonSection } from "./person-section.tsx";
import { SessionsSection } from "./sessions-section.tsx";
import { useLinkedWallets } from "./use-linked-wallets.ts";
import { WalletsSection } from "./wallets-section.tsx";

/** @param wallet null where this installation takes no wallets, of which nothing is said then */
export function AccountPage({ wallet }: Pick<WaysIn, "wallet">) {
  const text = useTranslations("account");
  const { isLoading } = useLinkedWallets(wallet !== null);
  return (
    <div className={`${settings.page} ${classes.page}`}>
      <h1>{text("title")}</h1>
      <p className={settings.lead}>{text("lead")}</p>
      <PersonSection />
      <PasswordSection />
      {wallet && <WalletsSection chains={wallet.chains} />}
      <SessionsSection waits={isLoading} />
    </div>
  );
}
