"use client";
/** A person makes a tenant of their own, in development, and goes there. */
import { billingAccountIdSchema } from "@cogni/contract";
import { TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import { idFrom } from "./id-from-name.ts";
import { tenantPath } from "./paths.ts";
import { TENANTS_KEY } from "./use-tenants.ts";

export function CreateTenantDialog({ onClosed }: { onClosed: () => void }) {
  const text = useTranslations("tenants.create");
  const router = useRouter();
  const cache = useQueryClient();
  const [opened, setOpened] = useState(true);
  const [name, setName] = useState("");
  /** Null while it follows the name. */
  const [typed, setTyped] = useState<string | null>(null);
  const [asked, setAsked] = useState(false);
  const id = typed ?? idFrom(name);
  const { data: validId } = billingAccountIdSchema.safeParse(id);
  const create = useMutation({
    mutationFn: api.createTenant,
    async onSuccess({ billingAccountId }) {
      await cache.invalidateQueries({ queryKey: TENANTS_KEY });
      setOpened(false);
      router.push(tenantPath(billingAccountId, "channels"));
    },
  });
  const taken = create.error instanceof ApiError && create.error.problem?.code === "tenant_exists";

  function submit() {
    setAsked(true);
    if (name.trim() !== "" && validId) create.mutate({ id: validId, name });
  }

  return (
    <Dialog title={text("title")} opened={opened} onClose={() => setOpened(false)} onClosed={onClosed}>
      <DialogForm
        submit={text("submit")}
        onSubmit={submit}
        onCancel={() => setOpened(false)}
        busy={create.isPending}
        error={taken ? null : create.error}
      >
        <TextInput
          name="name"
          label={text("name")}
          value={name}
          maxLength={80}
          autoComplete="organization"
          data-autofocus
          error={asked && name.trim() === "" && text("nameMissing")}
          onChange={(event) => setName(event.currentTarget.value)}
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
          error={(asked && !validId && text("idRule")) || (taken && text("idTaken"))}
          onChange={(event) => {
            create.reset();
            setTyped(event.currentTarget.value);
          }}
        />
      </DialogForm>
    </Dialog>
  );
}
