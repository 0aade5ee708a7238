"use client";
/** Makes a tenant and invites its first owner; then shows the link of the invitation, this once. */
import { billingAccountIdSchema, emailSchema, nameSchema, type OperatorCreatedTenant } from "@cogni/contract";
import { TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import page from "../parts/list-page.module.css";
import { idFrom } from "../tenants/id-from-name.ts";
import { TENANTS_KEY } from "./keys.ts";

export function NewTenantDialog({ onClosed }: { onClosed: () => void }) {
  const text = useTranslations("operator.tenants.create");
  const [opened, setOpened] = useState(true);
  const [made, setMade] = useState<OperatorCreatedTenant | null>(null);
  const close = () => setOpened(false);
  return (
    <Dialog
      title={made ? text("made", { name: made.billingAccountName }) : text("title")}
      opened={opened}
      onClose={close}
      onClosed={onClosed}
    >
      {made ? <Made made={made} onClose={close} /> : <Form onMade={setMade} onClose={close} />}
    </Dialog>
  );
}

function Form({ onMade, onClose }: { onMade: (made: OperatorCreatedTenant) => void; onClose: () => void }) {
  const text = useTranslations("operator.tenants.create");
  const cache = useQueryClient();
  const [name, setName] = useState("");
  /** Null while it follows the name. */
  const [typedId, setTypedId] = useState<string | null>(null);
  const [owner, setOwner] = useState("");
  const [asked, setAsked] = useState(false);
  const create = useMutation({
    mutationFn: api.operatorCreateTenant,
    onSuccess(made) {
      onMade(made);
      return cache.invalidateQueries({ queryKey: TENANTS_KEY });
    },
  });
  const id = typedId ?? idFrom(name);
  const valid = {
    name: nameSchema.safeParse(name),
    id: billingAccountIdSchema.safeParse(id),
    owner: emailSchema.safeParse(owner.trim()),
  };
  const taken = create.error instanceof ApiError && create.error.problem?.code === "tenant_exists";

  function submit() {
    setAsked(true);
    if (valid.name.success && valid.id.success && valid.owner.success) {
      create.mutate({ name: valid.name.data, id: valid.id.data, owner: valid.owner.data });
    }
  }

  return (
    <DialogForm
      submit={text("submit")}
      onSubmit={submit}
      onCancel={onClose}
      busy={create.isPending}
      error={taken ? null : create.error}
    >
      <TextInput
        name="name"
        label={text("name")}
        value={name}
        maxLength={80}
        autoComplete="off"
        data-autofocus
        error={asked && !valid.name.success && text("nameRule")}
        onChange={(event) => {
          create.reset();
          setName(event.currentTarget.value);
        }}
      />
      <TextInput
        name="id"
        label={text("id")}
        description={text("idHelp")}
        value={id}
        maxLength={56}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        error={(asked && !valid.id.success && text("idRule")) || (taken && text("idTaken"))}
        onChange={(event) => {
          create.reset();
          setTypedId(event.currentTarget.value);
        }}
      />
      <TextInput
        name="owner"
        type="email"
        label={text("owner")}
        description={text("ownerHelp")}
        value={owner}
        autoComplete="off"
        autoCapitalize="none"
        error={asked && !valid.owner.success && text("ownerRule")}
        onChange={(event) => setOwner(event.currentTarget.value)}
      />
    </DialogForm>
  );
}

function Made({ made: { invited, link }, onClose }: { made: OperatorCreatedTenant; onClose: () => void }) {
  const text = useTranslations("operator.tenants.create");
  return (
    <div className={dialog.body}>
      <p role="status">{text("invited", { email: invited })}</p>
      <div className={page.made}>
        <code>{link}</code>
        <CopyButton value={link} label={text("copyLink")} />
      </div>
      <div className={dialog.buttons}>
        <Button variant="filled" autoFocus onClick={onClose}>
          {text("done")}
        </Button>
      </div>
    </div>
  );
}
