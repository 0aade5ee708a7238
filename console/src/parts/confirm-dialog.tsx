"use client";
/** Asks once before something that others will feel; the title names what it is done to. */
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import dialog from "../channels/dialog.module.css";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { ProblemNote } from "./problem-note.tsx";

interface ConfirmDialogProps {
  title: string;
  /** What will happen, in a sentence or as a list of its own. */
  text: ReactNode;
  /** On the button that does it. */
  confirm: string;
  onConfirm: () => void;
  busy: boolean;
  error: Error | null;
  opened: boolean;
  onClose: () => void;
  onClosed: () => void;
}

export function ConfirmDialog({
  title,
  text,
  confirm,
  onConfirm,
  busy,
  error,
  opened,
  onClose,
  onClosed,
}: ConfirmDialogProps) {
  const words = useTranslations("dialog");
  return (
    <Dialog title={title} opened={opened} onClose={onClose} onClosed={onClosed}>
      <div className={dialog.body}>
        {typeof text === "string" ? <p>{text}</p> : text}
        <div role="alert">{error && !busy && <ProblemNote failure={error} />}</div>
        <div className={dialog.buttons}>
          <Button data-autofocus onClick={onClose}>
            {words("cancel")}
          </Button>
          <Button variant="danger" busy={busy} onClick={onConfirm}>
            {confirm}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
