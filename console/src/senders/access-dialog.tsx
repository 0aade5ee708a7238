"use client";
/** Changes who may write to a channel that is connected already. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import type { ChannelDialogProps } from "../channels/connect-dialog.tsx";
import dialog from "../channels/dialog.module.css";
import { statusKey } from "../channels/use-status.ts";
import { isKept } from "../kept.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { isHeld, useWait } from "../parts/use-wait.ts";
import { WaitNote } from "../parts/wait-note.tsx";
import { useTenant } from "../tenants/tenant-scope.tsx";
import { AccessChoice } from "./access-choice.tsx";

export function AccessDialog({ channel, opened, onClose, onClosed }: ChannelDialogProps) {
  const text = useTranslations("access");
  const cache = useQueryClient();
  const tenant = useTenant();
  const [access, setAccess] = useState(channel.access);
  const change = useMutation({
    mutationFn: () => api.connect({ channel: channel.channel, access }),
    onSuccess: onClose,
    onSettled: () => cache.invalidateQueries({ queryKey: statusKey(tenant) }),
  });
  const wait = useWait(change.isPending ? null : change.error);
  const kept = isKept(change.error);
  return (
    <Dialog
      title={text("title", { label: channel.label })}
      opened={opened}
      onClose={onClose}
      onClosed={onClosed}
    >
      <form
        className={dialog.body}
        onSubmit={(event) => {
          event.preventDefault();
          if (access === channel.access) onClose();
          else change.mutate();
        }}
      >
        <AccessChoice titled value={access} onChange={setAccess} />
        {access === "everyone" && channel.pendingSenders > 0 && (
          <p className={dialog.quiet}>{text("pendingForgotten", { count: channel.pendingSenders })}</p>
        )}
        <div role="alert">{change.error && !change.isPending && <ProblemNote failure={change.error} />}</div>
        <div className={dialog.buttons}>
          <WaitNote wait={wait} />
          <Button onClick={onClose}>{text(kept ? "close" : "cancel")}</Button>
          {!kept && (
            <Button type="submit" variant="filled" busy={change.isPending} held={isHeld(wait)}>
              {text("save")}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
