"use client";
/** Asks once before an invitation is taken back. */
import type { Invitation } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { useMembersAct } from "./use-members.ts";

interface RevokeDialogProps {
  invitation: Invitation;
  opened: boolean;
  onClose: () => void;
  onClosed: () => void;
}

export function RevokeDialog({ invitation: { id, email }, ...dialog }: RevokeDialogProps) {
  const text = useTranslations("invitations");
  const revoke = useMembersAct(api.revokeInvitation);
  return (
    <ConfirmDialog
      title={text("revokeTitle", { email })}
      text={text("revokeText")}
      confirm={text("revoke")}
      onConfirm={() => revoke.mutate({ id }, { onSuccess: dialog.onClose })}
      busy={revoke.isPending}
      error={revoke.error}
      {...dialog}
    />
  );
}
