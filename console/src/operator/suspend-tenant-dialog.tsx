"use client";
/** Asks once before a tenant is suspended, and says what stops, and what is kept. */
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import classes from "../channels/dialog.module.css";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import type { OneTenantDialogProps } from "./tenant-dialog.tsx";
import { useTenantAct } from "./use-tenant-act.ts";

export function SuspendTenantDialog({ of: { id, name }, onDone, ...dialog }: OneTenantDialogProps) {
  const text = useTranslations("operator.tenants.suspend");
  const suspend = useTenantAct(api.suspendTenant);
  return (
    <ConfirmDialog
      title={text("title", { name })}
      text={
        <dl className={classes.terms}>
          <div>
            <dt>{text("stopsTitle")}</dt>
            <dd>{text("stops")}</dd>
          </div>
          <div>
            <dt>{text("keptTitle")}</dt>
            <dd>{text("kept")}</dd>
          </div>
        </dl>
      }
      confirm={text("confirm")}
      onConfirm={() => suspend.mutate({ billingAccountId: id }, { onSuccess: onDone })}
      busy={suspend.isPending}
      error={suspend.error}
      {...dialog}
    />
  );
}
