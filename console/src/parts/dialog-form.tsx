"use client";
/** What a dialog asks for: its fields, what went wrong, and the two buttons below. */
import { useTranslations } from "next-intl";
import type { ReactNode, Ref } from "react";
import dialog from "../channels/dialog.module.css";
import { Button } from "./button.tsx";
import { ProblemNote } from "./problem-note.tsx";

interface DialogFormProps {
  ref?: Ref<HTMLFormElement>;
  /** On the button that sends it. */
  submit: string;
  onSubmit: () => void;
  onCancel: () => void;
  busy: boolean;
  /** What no field says. */
  error: Error | null;
  children: ReactNode;
}

export function DialogForm({ ref, submit, onSubmit, onCancel, busy, error, children }: DialogFormProps) {
  const words = useTranslations("dialog");
  return (
    <form
      ref={ref}
      className={dialog.body}
      method="post"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      <div role="alert">{error && !busy && <ProblemNote failure={error} />}</div>
      <div className={dialog.buttons}>
        <Button onClick={onCancel}>{words("cancel")}</Button>
        <Button type="submit" variant="filled" busy={busy}>
          {submit}
        </Button>
      </div>
    </form>
  );
}
