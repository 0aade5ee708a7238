"use client";
/** Whose pages these are, and the way to those of the person's other tenants. */
import { usePathname, useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Menu } from "../parts/menu.tsx";
import { CreateTenant } from "../tenants/create-tenant.ts";
import { switchedPath } from "../tenants/paths.ts";
import { useTenantId, useTenants } from "../tenants/use-tenants.ts";
import classes from "./tenant-switcher.module.css";

export function TenantSwitcher() {
  const text = useTranslations("tenants");
  const roles = useTranslations("role");
  const router = useRouter();
  const here = usePathname();
  const id = useTenantId();
  const { data } = useTenants();
  const [creating, setCreating] = useState(false);
  if (!data || data.tenants.length === 0) return null;

  const current = data.tenants.find(({ billingAccountId }) => billingAccountId === id);
  if (current && data.tenants.length === 1 && !data.mayCreate) {
    return <span className={classes.name}>{current.billingAccountName}</span>;
  }
  const items = data.tenants.map(({ billingAccountId, billingAccountName, role }) => ({
    name: billingAccountId,
    text: billingAccountName,
    note: roles(role),
    checked: billingAccountId === id,
    onSelect: () => router.push(switchedPath(here, billingAccountId)),
  }));
  const name = current?.billingAccountName;
  return (
    <>
      <Menu
        label={name ? text("switch", { name }) : text("choose")}
        className={classes.button}
        side="left"
        choice={{ title: text("own"), items }}
        items={
          data.mayCreate
            ? [{ name: "create", text: text("create.open"), onSelect: () => setCreating(true) }]
            : []
        }
      >
        {name ?? text("choose")}
      </Menu>
      {creating && <CreateTenant onClosed={() => setCreating(false)} />}
    </>
  );
}
