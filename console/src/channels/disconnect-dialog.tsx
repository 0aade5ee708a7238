"use client";
/** Asks once before a disconnect, naming what stops, what is kept, and what only the messenger can end. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { api } from "../api.ts";
import { isKept } from "../kept.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { isHeld, useWait } from "../parts/use-wait.ts";
import { WaitNote } from "../parts/wait-note.tsx";
import { useTenant } from "../tenants/tenant-scope.tsx";
import type { ChannelDialogProps } from "./connect-dialog.tsx";
import classes from "./dialog.module.css";
import { statusKey } from "./use-status.ts";

export function DisconnectDialog({ channel, opened, onClose, onClosed }: ChannelDialogProps) {
  const text = useTranslations("disconnect");
  const cache = useQueryClient();
  const tenant = useTenant();
  const disconnect = useMutation({
    mutationFn: () => api.disconnect({ channel: channel.channel }),
    onSuccess: onClose,
    onSettled: () => cache.invalidateQueries({ queryKey: statusKey(tenant) }),
  });
  const { label, displayName, connect } = channel;
  // A code that nobody has scanned: nothing stops, and nothing stays valid anywhere.
  const [waiting] = useState(channel.state === "awaiting_scan");
  const wait = useWait(disconnect.isPending ? null : disconnect.error);
  const kept = isKept(disconnect.error);
  const carriedOut = kept && channel.state === "not_connected";
  useEffect(() => {
    if (carriedOut) onClose();
  }, [carriedOut, onClose]);
  return (
    <Dialog
      title={text(waiting ? "loginTitle" : "title", { label })}
      opened={opened}
      onClose={onClose}
      onClosed={onClosed}
    >
      <div className={classes.body}>
        {waiting ? (
          <p>{text("loginStops")}</p>
        ) : (
          <dl className={classes.terms}>
            <div>
              <dt>{text("stopsTitle")}</dt>
              <dd>{displayName ? text("stopsNamed", { name: displayName }) : text("stops", { label })}</dd>
            </div>
            <div>
              <dt>{text("keptTitle")}</dt>
              <dd>{text(`kept.${connect.method}`)}</dd>
            </div>
            <div>
              <dt>{text("revokeTitle", { label })}</dt>
              <dd>
                {text(`revoke.${connect.method}`, { label })}{" "}
                {connect.docsUrl && <OutsideLink href={connect.docsUrl}>{text("revokeHow")}</OutsideLink>}
              </dd>
            </div>
          </dl>
        )}
        <div role="alert">
          {disconnect.error && !disconnect.isPending && <ProblemNote failure={disconnect.error} />}
        </div>
        {kept ? (
          // Another row, so that the focus lands on what is left to press.
          <div key="kept" className={classes.buttons}>
            <Button autoFocus onClick={onClose}>
              {text("close")}
            </Button>
          </div>
        ) : (
          <div key="asked" className={classes.buttons}>
            <WaitNote wait={wait} />
            <Button onClick={onClose} data-autofocus>
              {text("cancel")}
            </Button>
            <Button
              variant="danger"
              busy={disconnect.isPending}
              held={isHeld(wait)}
              onClick={() => disconnect.mutate()}
            >
              {text(waiting ? "loginConfirm" : "confirm")}
            </Button>
          </div>
        )}
      </div>
    </Dialog>
  );
}
