"use client";
/** Invites someone: an address and a role, then the link, which is shown this once. */
import type { Invited, Role } from "@cogni/contract";
import { TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import classes from "./members.module.css";
import { RoleChoice } from "./role-choice.tsx";
import { useMembersAct } from "./use-members.ts";

interface InviteDialogProps {
  gives: readonly Role[];
  opened: boolean;
  onClose: () => void;
  onClosed: () => void;
}

export function InviteDialog({ gives, opened, onClose, onClosed }: InviteDialogProps) {
  const text = useTranslations("invite");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const invite = useMembersAct(api.invite);
  const code = invite.error instanceof ApiError ? invite.error.problem?.code : undefined;
  const inField = code === "invalid_request" ? "wrong" : code === "already_member" ? "member" : null;

  function submit() {
    invite.mutate({ email: email.trim(), role });
  }

  return (
    <Dialog title={text("title")} opened={opened} onClose={onClose} onClosed={onClosed}>
      {invite.data ? (
        <Sent invited={invite.data} onClose={onClose} />
      ) : (
        <DialogForm
          submit={text("submit")}
          onSubmit={submit}
          onCancel={onClose}
          busy={invite.isPending}
          error={inField ? null : invite.error}
        >
          <TextInput
            name="email"
            type="email"
            label={text("email")}
            value={email}
            autoComplete="off"
            autoCapitalize="none"
            data-autofocus
            error={inField && text(inField)}
            onChange={(event) => {
              invite.reset();
              setEmail(event.currentTarget.value);
            }}
          />
          <RoleChoice roles={gives} value={role} onChange={setRole} />
        </DialogForm>
      )}
    </Dialog>
  );
}

function Sent({ invited, onClose }: { invited: Invited; onClose: () => void }) {
  const text = useTranslations("invite");
  const { link, invitation } = invited;
  return (
    <div className={dialog.body}>
      <p role="status">{text("sent", { email: invitation.email })}</p>
      <div className={classes.link}>
        <code>{link}</code>
        <CopyButton value={link} label={text("copy")} />
      </div>
      <p className={dialog.quiet}>{text("once")}</p>
      <div className={dialog.buttons}>
        <Button variant="filled" autoFocus onClick={onClose}>
          {text("done")}
        </Button>
      </div>
    </div>
  );
}
