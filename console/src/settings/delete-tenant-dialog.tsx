"use client";
/** Asks for the account's name before it is deleted, and says what is erased, and what is kept. */
import { TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { ApiError, api } from "../api.ts";
import classes from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";

export function DeleteTenantDialog({ name, onClosed }: { name: string; onClosed: () => void }) {
  const text = useTranslations("general.delete");
  const [opened, setOpened] = useState(true);
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState(false);
  const remove = useMutation({
    mutationFn: api.deleteTenant,
    // Anew, and not within the console: nothing that it remembers is so any more.
    onSuccess: () => window.location.assign("/account-deleted"),
  });
  const isName = typed === name;
  // It was renamed meanwhile, in another tab or by someone else.
  const refused = remove.error instanceof ApiError && remove.error.problem?.code === "invalid_request";

  function submit(event: FormEvent) {
    event.preventDefault();
    setAsked(true);
    if (isName) remove.mutate({ name: typed });
  }

  return (
    <Dialog
      title={text("title", { name })}
      opened={opened}
      onClose={() => setOpened(false)}
      onClosed={onClosed}
    >
      <form className={classes.body} method="post" onSubmit={submit} noValidate>
        <dl className={classes.terms}>
          <div>
            <dt>{text("erasedTitle")}</dt>
            <dd>{text("erased")}</dd>
          </div>
          <div>
            <dt>{text("peopleTitle")}</dt>
            <dd>{text("people")}</dd>
          </div>
          <div>
            <dt>{text("keptTitle")}</dt>
            <dd>{text("kept")}</dd>
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
          <Button onClick={() => setOpened(false)}>{text("cancel")}</Button>
          <Button type="submit" variant="danger" busy={remove.isPending || remove.isSuccess}>
            {text("confirm")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
