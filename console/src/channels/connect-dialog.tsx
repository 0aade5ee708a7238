"use client";
/** Connects a channel, or replaces its credential: a form, then its progress, then the outcome, in one dialog. */
import type { ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { ConnectForm } from "./connect-form.tsx";
import { ConnectProgress } from "./connect-progress.tsx";
import { isFailure } from "./progress.ts";
import { useConnect } from "./use-connect.ts";

export interface ChannelDialogProps {
  channel: ChannelStatus;
  /** When the browser received `channel`, in milliseconds. */
  seenAt: number;
  opened: boolean;
  onClose: () => void;
  /** The dialog is gone from the page. */
  onClosed: () => void;
}

export function ConnectDialog({ channel, seenAt, opened, onClose, onClosed }: ChannelDialogProps) {
  const text = useTranslations("connect");
  const [replacing] = useState(channel.accountId !== null && channel.state !== "not_connected");
  const [values, setValues] = useState<Record<string, string>>({});
  const { progress, start } = useConnect(channel, seenAt);
  return (
    <Dialog
      title={text(replacing ? "replaceTitle" : "title", { label: channel.label })}
      opened={opened}
      onClose={onClose}
      onClosed={onClosed}
    >
      {progress === null || isFailure(progress) ? (
        <ConnectForm
          connect={channel.connect}
          values={values}
          setValues={setValues}
          failure={progress}
          submitLabel={text(replacing ? "submitReplace" : "submit")}
          onSubmit={() => start(values)}
          onCancel={onClose}
        />
      ) : (
        <ConnectProgress progress={progress} onClose={onClose} />
      )}
    </Dialog>
  );
}
