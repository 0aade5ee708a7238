"use client";
/** Deletes a tenant on behalf of the platform, by the dialog in which an owner does. */
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { DeleteTenantDialog } from "../tenants/delete-tenant-dialog.tsx";
import type { OneTenantDialogProps } from "./tenant-dialog.tsx";
import { useTenantAct } from "./use-tenant-act.ts";

export function DeleteAnyTenantDialog({ of: { id, name }, onDone, ...dialog }: OneTenantDialogProps) {
  const text = useTranslations("operator.tenants.delete");
  const remove = useTenantAct(api.operatorDeleteTenant);
  return (
    <DeleteTenantDialog
      name={name}
      people={text("people")}
      kept={text("kept")}
      remove={remove}
      onConfirm={(typed) => remove.mutate({ billingAccountId: id, name: typed }, { onSuccess: onDone })}
      {...dialog}
    />
  );
}
