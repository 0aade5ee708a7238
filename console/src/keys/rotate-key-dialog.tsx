"use client";
/** Gives a key a successor, with a time in which both work; then shows the new one, this once. */
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { Choices } from "../parts/choices.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { KeyShown } from "./key-shown.tsx";
import { type OneKeyDialogProps, useKeyChange } from "./use-keys.ts";

/** In seconds. */
const OVERLAPS = ["0", "3600", "86400", "604800"] as const;

export function RotateKeyDialog({ of, opened, onClose, onClosed }: OneKeyDialogProps) {
  const text = useTranslations("keys.rotate");
  const rotate = useKeyChange(api.rotateKey);
  const [overlap, setOverlap] = useState<(typeof OVERLAPS)[number]>("86400");
  const { id, name, prefix } = of;

  if (rotate.data) {
    return (
      <Dialog
        title={text("doneTitle", { name })}
        careful
        opened={opened}
        onClose={onClose}
        onClosed={onClosed}
      >
        <KeyShown made={rotate.data} onDone={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog title={text("title", { name })} opened={opened} onClose={onClose} onClosed={onClosed}>
      <div className={dialog.body}>
        <p className={dialog.quiet}>{text("lead", { prefix: `${prefix}…` })}</p>
        <Choices
          legend={text("ends")}
          options={OVERLAPS.map((value) => ({ value, text: text(`overlap.${value}`) }))}
          value={overlap}
          onChange={setOverlap}
          note={overlap === "0" ? text("atOnce") : null}
        />
        <div role="alert">{rotate.error && !rotate.isPending && <ProblemNote failure={rotate.error} />}</div>
        <div className={dialog.buttons}>
          <Button onClick={onClose}>{text("cancel")}</Button>
          <Button
            variant="filled"
            data-autofocus
            busy={rotate.isPending}
            onClick={() => rotate.mutate({ id, overlapSeconds: Number(overlap) })}
          >
            {text("confirm")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
