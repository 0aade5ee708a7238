"use client";
/** Adds an endpoint, or changes one: where it is, what it is called, what it is told. A new one's secret is then shown, this once. */
import type { WebhookEndpoint, WebhookEventType } from "@cogni/contract";
import { TextInput } from "@mantine/core";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import { nameOf } from "./endpoint-columns.tsx";
import { SecretShown } from "./secret-shown.tsx";
import { TypeChecklist } from "./type-checklist.tsx";
import { EVENT_TYPES } from "./use-log-filters.ts";
import { type EndpointDialogProps, type OneEndpointDialogProps, useWebhookChange } from "./use-webhooks.ts";

export function CreateEndpointDialog({ opened, onClose, onClosed }: EndpointDialogProps) {
  const text = useTranslations("webhooks.make");
  const create = useWebhookChange(api.createWebhook);
  if (create.data) {
    return (
      <Dialog title={text("doneTitle")} careful wide opened={opened} onClose={onClose} onClosed={onClosed}>
        <SecretShown secret={create.data.secret} onDone={onClose} />
      </Dialog>
    );
  }
  return (
    <Dialog title={text("title")} wide opened={opened} onClose={onClose} onClosed={onClosed}>
      <EndpointForm
        at={{ url: "", description: "", eventTypes: EVENT_TYPES }}
        submit={text("submit")}
        onSubmit={(wish) => create.mutate(wish)}
        onCancel={onClose}
        busy={create.isPending}
        error={create.error}
      />
    </Dialog>
  );
}

export function ChangeEndpointDialog({ of, opened, onClose, onClosed }: OneEndpointDialogProps) {
  const text = useTranslations("webhooks.change");
  const change = useWebhookChange(api.changeWebhook);
  return (
    <Dialog
      title={text("title", { name: nameOf(of) })}
      wide
      opened={opened}
      onClose={onClose}
      onClosed={onClosed}
    >
      <EndpointForm
        at={of}
        submit={text("submit")}
        onSubmit={(wish) => change.mutate({ id: of.id, ...wish }, { onSuccess: onClose })}
        onCancel={onClose}
        busy={change.isPending}
        error={change.error}
      />
    </Dialog>
  );
}

interface Wish {
  readonly url: string;
  readonly description: string;
  readonly eventTypes: WebhookEventType[];
}

interface EndpointFormProps {
  at: Pick<WebhookEndpoint, "url" | "description"> & { readonly eventTypes: readonly WebhookEventType[] };
  submit: string;
  onSubmit: (wish: Wish) => void;
  onCancel: () => void;
  busy: boolean;
  error: Error | null;
}

function EndpointForm({ at, submit, onSubmit, onCancel, busy, error }: EndpointFormProps) {
  const text = useTranslations("webhooks.make");
  const [url, setUrl] = useState(at.url);
  const [description, setDescription] = useState(at.description);
  const [types, setTypes] = useState<readonly WebhookEventType[]>(at.eventTypes);
  const [asked, setAsked] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);
  // What the API says of the address stands beside it, until the address is another.
  const said =
    error instanceof ApiError
      ? error.problem?.errors?.find(({ path }) => path === "url")?.message
      : undefined;
  const wrong = said !== undefined && url === refused ? text("urlWrong", { reason: said }) : null;

  function onSend() {
    setAsked(true);
    const first = url.trim() === "" ? "url" : types.length === 0 ? "type" : null;
    if (first) return form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
    setRefused(url);
    onSubmit({ url: url.trim(), description, eventTypes: [...types] });
  }

  return (
    <DialogForm
      ref={form}
      submit={submit}
      onSubmit={onSend}
      onCancel={onCancel}
      busy={busy}
      error={said ? null : error}
    >
      <TextInput
        name="url"
        type="url"
        inputMode="url"
        label={text("url")}
        description={text("urlHelp")}
        placeholder="https://"
        value={url}
        maxLength={2048}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
        error={(asked && url.trim() === "" && text("urlMissing")) || wrong}
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      <TextInput
        name="description"
        label={text("description")}
        description={text("descriptionHelp")}
        value={description}
        maxLength={200}
        autoComplete="off"
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <TypeChecklist value={types} onChange={setTypes} missing={asked && types.length === 0} />
    </DialogForm>
  );
}
