"use client";
/** Makes a key: what it is called, what it may do and for how long; then shows it, this once. */
import type { KeyScope } from "@cogni/contract";
import { TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { api } from "../api.ts";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { Choices } from "../parts/choices.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { KeyShown } from "./key-shown.tsx";
import { ScopeChecklist } from "./scope-checklist.tsx";
import { PRESETS } from "./scope-words.ts";
import { type KeyDialogProps, useKeyChange } from "./use-keys.ts";

/** In days. None of them for ever unless it is asked for. */
const LIFETIMES = ["30", "90", "365", "none"] as const;
const DAY_MS = 86_400_000;

export function CreateKeyDialog({ opened, onClose, onClosed }: KeyDialogProps) {
  const text = useTranslations("keys.make");
  const create = useKeyChange(api.createKey);
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly KeyScope[]>(PRESETS.read);
  const [lifetime, setLifetime] = useState<(typeof LIFETIMES)[number]>("90");
  const [asked, setAsked] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  function submit(event: FormEvent) {
    event.preventDefault();
    setAsked(true);
    const first = name.trim() === "" ? "name" : scopes.length === 0 ? "scope" : null;
    if (first) return form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
    const until = lifetime === "none" ? null : new Date(Date.now() + Number(lifetime) * DAY_MS).toISOString();
    create.mutate({ name, scopes: [...scopes], expiresAt: until });
  }

  if (create.data) {
    return (
      <Dialog title={text("doneTitle")} careful opened={opened} onClose={onClose} onClosed={onClosed}>
        <KeyShown made={create.data} onDone={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog title={text("title")} wide opened={opened} onClose={onClose} onClosed={onClosed}>
      <form ref={form} className={dialog.body} method="post" onSubmit={submit} noValidate>
        <TextInput
          name="name"
          label={text("name")}
          description={text("nameHelp")}
          value={name}
          maxLength={80}
          autoComplete="off"
          data-autofocus
          error={asked && name.trim() === "" && text("nameMissing")}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ScopeChecklist value={scopes} onChange={setScopes} missing={asked && scopes.length === 0} />
        <Choices
          legend={text("ends")}
          options={LIFETIMES.map((value) => ({ value, text: text(`lifetime.${value}`) }))}
          value={lifetime}
          onChange={setLifetime}
          note={lifetime === "none" ? text("noEnd") : null}
        />
        <div role="alert">{create.error && !create.isPending && <ProblemNote failure={create.error} />}</div>
        <div className={dialog.buttons}>
          <Button onClick={onClose}>{text("cancel")}</Button>
          <Button type="submit" variant="filled" busy={create.isPending}>
            {text("submit")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
