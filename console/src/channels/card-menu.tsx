"use client";
/** What else can be done with a channel, behind three dots. */
import { IconDots } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { Menu } from "../parts/menu.tsx";
import type { MenuAction } from "./states.ts";

interface CardMenuProps {
  label: string;
  actions: readonly MenuAction[];
  onAction: (action: MenuAction) => void;
}

export function CardMenu({ label, actions, onAction }: CardMenuProps) {
  const text = useTranslations("card");
  if (actions.length === 0) return null;
  const items = actions.map((action) => ({
    name: action,
    text: text(action),
    danger: action === "disconnect",
    onSelect: () => onAction(action),
  }));
  return (
    <Menu label={text("more", { label })} items={items}>
      <IconDots size={18} stroke={1.75} aria-hidden="true" />
    </Menu>
  );
}
