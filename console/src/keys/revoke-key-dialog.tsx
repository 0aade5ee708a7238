"use client";
/** Asks once before a key is ended for good, names it, and says whether anything uses it. */
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { useTimeWords } from "../parts/time-ago.tsx";
import { type OneKeyDialogProps, useKeyChange } from "./use-keys.ts";

export function RevokeKeyDialog({
  of: { id, name, prefix: begins, lastUsedAt },
  ...dialog
}: OneKeyDialogProps) {
  const text = useTranslations("keys.revoke");
  const { ago } = useTimeWords();
  const revoke = useKeyChange(api.revokeKey);
  const prefix = `${begins}…`;
  return (
    <ConfirmDialog
      title={text("title", { name })}
      text={lastUsedAt ? text("used", { time: ago(lastUsedAt), prefix }) : text("unused", { prefix })}
      confirm={text("confirm")}
      onConfirm={() => revoke.mutate({ id }, { onSuccess: dialog.onClose })}
      busy={revoke.isPending}
      error={revoke.error}
      {...dialog}
    />
  );
}
