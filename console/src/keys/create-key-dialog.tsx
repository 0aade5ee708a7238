"use client";
/** Makes a key: what it is called, what it may do and for how long; then shows it, this once. */
import type { KeyScope } from "@cogni/contract";
import { TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { api } from "../api.ts";
import { Choices } from "../parts/choices.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
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

  function submit() {
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
      <DialogForm
        ref={form}
        submit={text("submit")}
        onSubmit={submit}
        onCancel={onClose}
        busy={create.isPending}
        error={create.error}
      >
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
      </DialogForm>
    </Dialog>
  );
}
