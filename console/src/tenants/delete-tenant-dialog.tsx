"use client";
/** Asks for a tenant's name before it is deleted, and says what is erased, and what is kept. */
import { TextInput } from "@mantine/core";
import type { UseMutationResult } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ApiError } from "../api-call.ts";
import classes from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";

interface DeleteTenantDialogProps {
  /** Of the tenant. */
  name: string;
  /** What becomes of its people, and what is kept: not the same for an owner and for the platform's administrators. */
  people: string;
  kept: string;
  /** Deletes it, once the name is typed. */
  remove: Pick<UseMutationResult, "error" | "isPending" | "isSuccess" | "reset">;
  onConfirm: (typed: string) => void;
  opened: boolean;
  onClose: () => void;
  onClosed: () => void;
}

export function DeleteTenantDialog({
  name,
  people,
  kept,
  remove,
  onConfirm,
  opened,
  onClose,
  onClosed,
}: DeleteTenantDialogProps) {
  const text = useTranslations("general.delete");
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState(false);
  const isName = typed === name;
  // It was renamed meanwhile, in another tab or by someone else.
  const refused = remove.error instanceof ApiError && remove.error.problem?.code === "invalid_request";

  function submit(event: FormEvent) {
    event.preventDefault();
    setAsked(true);
    if (isName) onConfirm(typed);
  }

  return (
    <Dialog title={text("title", { name })} opened={opened} onClose={onClose} onClosed={onClosed}>
      <form className={classes.body} method="post" onSubmit={submit} noValidate>
        <dl className={classes.terms}>
          <div>
            <dt>{text("erasedTitle")}</dt>
            <dd>{text("erased")}</dd>
          </div>
          <div>
            <dt>{text("peopleTitle")}</dt>
            <dd>{people}</dd>
          </div>
          <div>
            <dt>{text("keptTitle")}</dt>
            <dd>{kept}</dd>
          </div>
        </dl>
        <TextInput
          name="name"
          label={text("type", { name })}
          value={typed}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          data-autofocus
          error={((asked && !isName) || refused) && text("wrong")}
          onChange={(event) => {
            remove.reset();
            setAsked(false);
            setTyped(event.currentTarget.value);
          }}
        />
        <div role="alert">{remove.error && !refused && <ProblemNote failure={remove.error} />}</div>
        <div className={classes.buttons}>
          <Button onClick={onClose}>{text("cancel")}</Button>
          <Button type="submit" variant="danger" busy={remove.isPending || remove.isSuccess}>
            {text("confirm")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
