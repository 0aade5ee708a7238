"use client";
/** Takes an endpoint out, with its log and all that waits for it. */
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { nameOf } from "./endpoint-columns.tsx";
import { type OneEndpointDialogProps, useWebhookChange } from "./use-webhooks.ts";

export function DeleteEndpointDialog({ of, ...dialog }: OneEndpointDialogProps) {
  const text = useTranslations("webhooks.delete");
  const remove = useWebhookChange(api.deleteWebhook);
  return (
    <ConfirmDialog
      {...dialog}
      title={text("title", { name: nameOf(of) })}
      text={text("text", { count: of.waiting })}
      confirm={text("confirm")}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ id: of.id }, { onSuccess: dialog.onClose })}
    />
  );
}
