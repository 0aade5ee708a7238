"use client";
/** Deletes the account whose settings these are. */
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import { DeleteTenantDialog } from "../tenants/delete-tenant-dialog.tsx";

export function DeleteOwnTenantDialog({ name, onClosed }: { name: string; onClosed: () => void }) {
  const text = useTranslations("general.delete");
  const [opened, setOpened] = useState(true);
  const remove = useMutation({
    mutationFn: api.deleteTenant,
    // Anew, and not within the console: nothing that it remembers is so any more.
    onSuccess: () => window.location.assign("/account-deleted"),
  });
  return (
    <DeleteTenantDialog
      name={name}
      people={text("people")}
      kept={text("kept")}
      remove={remove}
      onConfirm={(typed) => remove.mutate({ name: typed })}
      opened={opened}
      onClose={() => setOpened(false)}
      onClosed={onClosed}
    />
  );
}
