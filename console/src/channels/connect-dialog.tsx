"use client";
/** Connects a channel, or replaces its credential: a form, then its progress, then the outcome, in one dialog. */
import type { ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { ConnectForm } from "./connect-form.tsx";
import { ConnectProgress } from "./connect-progress.tsx";
import { type Terms, wishOf } from "./connect-terms.tsx";
import { isFailure, progressOf } from "./progress.ts";
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
  const [replacing] = useState(channel.state !== "not_connected");
  const [values, setValues] = useState<Record<string, string>>({});
  const [terms, setTerms] = useState<Terms>({ access: channel.access, noticeAccepted: false });
  const { attempt, connect } = useConnect(channel, seenAt);
  const progress = attempt && progressOf(attempt);
  return (
    <Dialog
      title={text(replacing ? "replaceTitle" : "title", { label: channel.label })}
      opened={opened}
      onClose={onClose}
      onClosed={onClosed}
    >
      {progress === null || isFailure(progress) ? (
        <ConnectForm
          channel={channel}
          values={values}
          setValues={setValues}
          terms={terms}
          setTerms={setTerms}
          asksAccess={!replacing}
          failure={progress}
          submitLabel={text(replacing ? "submitReplace" : "submit")}
          onSubmit={() => connect({ credentials: filled(values), ...wishOf(channel, terms, !replacing) })}
          onCancel={onClose}
        />
      ) : (
        <ConnectProgress progress={progress} onClose={onClose} />
      )}
    </Dialog>
  );
}

/** An optional field left empty is not sent; what was pasted with a stray newline still counts. */
function filled(values: Record<string, string>): Record<string, string> {
  const trimmed = Object.entries(values).map(([name, value]) => [name, value.trim()] as const);
  return Object.fromEntries(trimmed.filter(([, value]) => value !== ""));
}
