"use client";
/** Makes a member something else. */
import type { Role } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { api } from "../api.ts";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
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

  function submit(event: FormEvent) {
    event.preventDefault();
    if (role === present) onClose();
    else change.mutate({ userId, role }, { onSuccess: onClose });
  }

  return (
    <Dialog title={text("roleOf", { name })} opened={opened} onClose={onClose} onClosed={onClosed}>
      {isLastOwner ? (
        <LastOwner onClose={onClose} />
      ) : (
        <form className={dialog.body} onSubmit={submit}>
          <RoleChoice roles={gives} value={role} onChange={setRole} focused />
          <div role="alert">
            {change.error && !change.isPending && <ProblemNote failure={change.error} />}
          </div>
          <div className={dialog.buttons}>
            <Button onClick={onClose}>{text("cancel")}</Button>
            <Button type="submit" variant="filled" busy={change.isPending}>
              {text("save")}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
