"use client";
import { LANGUAGES } from "@cogni/contract/locales";
/** The language, for whoever is not signed in yet; afterwards it is in the menu of the account. */
import { IconChevronDown, IconLanguage } from "@tabler/icons-react";
import { useLocale, useTranslations } from "next-intl";
import { useLanguages } from "../i18n/use-languages.ts";
import { Menu } from "../parts/menu.tsx";
import classes from "./language-menu.module.css";

export function LanguageMenu() {
  const text = useTranslations("language");
  const { name } = LANGUAGES[useLocale()];
  return (
    <div className={classes.corner}>
      <Menu label={text("chosen", { name })} className={classes.button} items={useLanguages()}>
        <IconLanguage size={16} stroke={1.75} aria-hidden="true" />
        <span>{name}</span>
        <IconChevronDown size={14} stroke={1.75} aria-hidden="true" />
      </Menu>
    </div>
  );
}
