"use client";
/** Makes a member something else. */
import type { Role } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import { LastOwner } from "./last-owner.tsx";
import type { MemberDialogProps } from "./remove-dialog.tsx";
import { RoleChoice } from "./role-choice.tsx";
import { useMembersAct } from "./use-members.ts";

export function RoleDialog({
  member: { userId, name, role: present },
  gives,
  isLastOwner,
  opened,
  onClose,
  onClosed,
}: MemberDialogProps & { gives: readonly Role[] }) {
  const text = useTranslations("members");
  const [role, setRole] = useState(present);
  const change = useMembersAct(api.changeRole);

  function submit() {
    if (role === present) onClose();
    else change.mutate({ userId, role }, { onSuccess: onClose });
  }

  return (
    <Dialog title={text("roleOf", { name })} opened={opened} onClose={onClose} onClosed={onClosed}>
      {isLastOwner ? (
        <LastOwner onClose={onClose} />
      ) : (
        <DialogForm
          submit={text("save")}
          onSubmit={submit}
          onCancel={onClose}
          busy={change.isPending}
          error={change.error}
        >
          <RoleChoice roles={gives} value={role} onChange={setRole} focused />
        </DialogForm>
      )}
    </Dialog>
  );
}
