"use client";
/** Why the tenant's only owner stays one, in a dialog. */
import { useTranslations } from "next-intl";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";

export function LastOwner({ onClose }: { onClose: () => void }) {
  const text = useTranslations("members");
  return (
    <div className={dialog.body}>
      <p>{text("lastOwner")}</p>
      <div className={dialog.buttons}>
        <Button data-autofocus onClick={onClose}>
          {text("close")}
        </Button>
      </div>
    </div>
  );
}
