"use client";
/** What can be done to a tenant; nothing to one that is being deleted. */
import type { TenantOverview } from "@cogni/contract";
import { IconDots } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { Menu } from "../parts/menu.tsx";

export type TenantAction = "suspend" | "resume" | "delete";

interface TenantMenuProps {
  of: TenantOverview;
  act: (action: TenantAction, tenant: TenantOverview) => void;
}

export function TenantMenu({ of, act }: TenantMenuProps) {
  const text = useTranslations("operator.tenants");
  const { name, status } = of;
  if (status === "deleting") return null;
  const remove = {
    name: "delete",
    text: text("delete.open"),
    danger: true,
    onSelect: () => act("delete", of),
  };
  const toggle =
    status === "active"
      ? { name: "suspend", text: text("suspend.open"), onSelect: () => act("suspend", of) }
      : { name: "resume", text: text("resume"), onSelect: () => act("resume", of) };
  return (
    <Menu label={text("menu", { name })} items={[toggle, remove]}>
      <IconDots size={18} stroke={1.75} aria-hidden="true" />
    </Menu>
  );
}
