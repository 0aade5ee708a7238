"use client";
/** What a person of no tenant sees: how they get to one. */
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../parts/button.tsx";
import { Panel } from "../parts/panel.tsx";
import { CreateTenant } from "./create-tenant.ts";
import { useTenants } from "./use-tenants.ts";

export function NoTenant() {
  const text = useTranslations("tenants");
  const mayCreate = useTenants().data?.mayCreate ?? false;
  const [creating, setCreating] = useState(false);
  return (
    <Panel title={text("none.title")} text={text(mayCreate ? "none.create" : "none.ask")}>
      {mayCreate && (
        <Button variant="filled" onClick={() => setCreating(true)}>
          {text("create.open")}
        </Button>
      )}
      {creating && <CreateTenant onClosed={() => setCreating(false)} />}
    </Panel>
  );
}
