"use client";
/** Where an owner begins to delete the account; the dialog is fetched when it is asked for. */
import type { OwnTenant } from "@cogni/contract";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { Button } from "../parts/button.tsx";
import { SettingsSection } from "./settings-section.tsx";

const DeleteOwnTenantDialog = dynamic(
  () => import("./delete-own-tenant-dialog.tsx").then((module) => module.DeleteOwnTenantDialog),
  { ssr: false },
);

export function DeleteTenant({ own }: { own: OwnTenant }) {
  const text = useTranslations("general.delete");
  const [asking, setAsking] = useState(false);
  const opener = useRef<HTMLDivElement>(null);
  if (own.role !== "owner") return null;
  return (
    <SettingsSection title={text("section")} help={text("help")}>
      <div ref={opener}>
        <Button onClick={() => setAsking(true)}>{text("open")}</Button>
      </div>
      {asking && (
        <DeleteOwnTenantDialog
          name={own.billingAccountName}
          onClosed={() => {
            setAsking(false);
            opener.current?.querySelector("button")?.focus();
          }}
        />
      )}
    </SettingsSection>
  );
}
