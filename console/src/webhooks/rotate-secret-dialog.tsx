"use client";
/** Gives an endpoint another secret, with a time in which both sign; then shows the new one, this once. */
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { Choices } from "../parts/choices.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { nameOf } from "./endpoint-columns.tsx";
import { SecretShown } from "./secret-shown.tsx";
import { type OneEndpointDialogProps, useWebhookChange } from "./use-webhooks.ts";

/** In seconds. */
const OVERLAPS = ["0", "3600", "86400", "604800"] as const;

export function RotateSecretDialog({ of, opened, onClose, onClosed }: OneEndpointDialogProps) {
  const text = useTranslations("webhooks.rotate");
  const rotate = useWebhookChange(api.rotateWebhookSecret);
  const [overlap, setOverlap] = useState<(typeof OVERLAPS)[number]>("86400");
  const name = nameOf(of);
  if (rotate.data) {
    return (
      <Dialog
        title={text("doneTitle", { name })}
        careful
        wide
        opened={opened}
        onClose={onClose}
        onClosed={onClosed}
      >
        <SecretShown secret={rotate.data.secret} onDone={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog title={text("title", { name })} opened={opened} onClose={onClose} onClosed={onClosed}>
      <div className={dialog.body}>
        <p className={dialog.quiet}>{text("lead")}</p>
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
            onClick={() => rotate.mutate({ id: of.id, overlapSeconds: Number(overlap) })}
          >
            {text("confirm")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
