"use client";
/** Asks once before someone is removed, or leaves. */
import type { Member } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { HOME } from "../session/return-path.ts";
import { useOwnTenant } from "../tenants/use-tenants.ts";
import { LastOwner } from "./last-owner.tsx";
import { useMembersAct } from "./use-members.ts";

export interface MemberDialogProps {
  member: Member;
  /** The only one there is. */
  isLastOwner: boolean;
  opened: boolean;
  onClose: () => void;
  onClosed: () => void;
}

export function RemoveDialog({ member, isLastOwner, ...dialog }: MemberDialogProps) {
  const text = useTranslations("members");
  const { userId, name, email, you } = member;
  const tenant = useOwnTenant()?.billingAccountName ?? "";
  const remove = useMembersAct(api.removeMember);
  const title = you ? text("leaveTitle", { tenant }) : text("removeTitle", { name });
  if (isLastOwner) {
    return (
      <Dialog title={title} {...dialog}>
        <LastOwner onClose={dialog.onClose} />
      </Dialog>
    );
  }
  return (
    <ConfirmDialog
      title={title}
      text={you ? text("leaveText") : text("removeText", { name, email })}
      confirm={text(you ? "leave" : "remove")}
      onConfirm={() => remove.mutate({ userId }, { onSuccess: you ? leave : dialog.onClose })}
      busy={remove.isPending}
      error={remove.error}
      {...dialog}
    />
  );
}

/** A full load: nothing of the tenant stays in the page's memory. */
const leave = () => window.location.assign(HOME);
