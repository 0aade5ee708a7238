"use client";
/** The tenant's name: a form for those who may change it, and a sentence for the others. */
import type { OwnTenant } from "@cogni/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { TextField } from "../parts/text-field.tsx";
import { TENANTS_KEY } from "../tenants/use-tenants.ts";
import classes from "./general-page.module.css";
import settings from "./settings.module.css";

export function TenantName({ own }: { own: OwnTenant }) {
  const text = useTranslations("general");
  if (own.scopes.includes("tenant:write")) return <Rename present={own.billingAccountName} />;
  return (
    <>
      <p>{own.billingAccountName}</p>
      <p className={settings.help}>{text("nameNotYours")}</p>
    </>
  );
}

function Rename({ present }: { present: string }) {
  const text = useTranslations("general");
  const cache = useQueryClient();
  const [name, setName] = useState(present);
  const rename = useMutation({
    mutationFn: api.renameTenant,
    onSuccess: ({ billingAccountName }) => {
      setName(billingAccountName);
      return cache.invalidateQueries({ queryKey: TENANTS_KEY });
    },
  });
  const refused = rename.error instanceof ApiError && rename.error.problem?.code === "invalid_request";

  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== present) rename.mutate({ name });
  }

  return (
    <form method="post" onSubmit={submit} noValidate>
      <div className={classes.row}>
        <TextField
          unseenLabel
          name="name"
          label={text("name")}
          value={name}
          maxLength={80}
          autoComplete="organization"
          error={refused ? text("nameRule") : null}
          onChange={(event) => {
            rename.reset();
            setName(event.currentTarget.value);
          }}
        />
        <Button type="submit" variant="filled" busy={rename.isPending}>
          {text("save")}
        </Button>
      </div>
      <p role="status" className={classes.said}>
        {rename.isSuccess && text("saved")}
      </p>
      <div role="alert">{rename.error && !refused && <ProblemNote failure={rename.error} />}</div>
    </form>
  );
}
