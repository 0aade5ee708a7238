"use client";
/** Light, dark, or as the system has it; remembered in this browser. */
import { IconMoon, IconSun } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { Menu } from "../parts/menu.tsx";
import { COLOR_SCHEMES, useColorScheme } from "../theme/color-scheme.ts";
import classes from "./theme-menu.module.css";

export function ThemeMenu() {
  const text = useTranslations("frame");
  const [chosen, choose] = useColorScheme();
  const items = COLOR_SCHEMES.map((scheme) => ({
    name: scheme,
    text: text(`themes.${scheme}`),
    checked: scheme === chosen,
    onSelect: () => choose(scheme),
  }));
  return (
    <Menu label={text("theme")} items={items}>
      {/* Both are drawn and the stylesheet shows one: the server can't know which. */}
      <IconSun className={classes.light} size={18} stroke={1.75} aria-hidden="true" />
      <IconMoon className={classes.dark} size={18} stroke={1.75} aria-hidden="true" />
    </Menu>
  );
}
