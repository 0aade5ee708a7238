"use client";
/** What stands around every page: where one can go, whose account this is, theme and person. */
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Bell } from "../alerts/bell.tsx";
import { usePerson } from "../session/use-person.ts";
import classes from "./frame.module.css";
import { Navigation } from "./navigation.tsx";
import { PersonMenu } from "./person-menu.tsx";
import { TenantSwitcher } from "./tenant-switcher.tsx";
import { ThemeMenu } from "./theme-menu.tsx";

export function Frame({ children }: { children: ReactNode }) {
  const text = useTranslations("frame");
  const person = usePerson();
  return (
    <div className={classes.frame}>
      <a href="#content" className={classes.skip}>
        {text("skip")}
      </a>
      <Navigation />
      <header className={classes.top}>
        <div className={classes.tenant}>
          <TenantSwitcher />
        </div>
        <div className={classes.tools}>
          <Bell />
          <ThemeMenu />
          <PersonMenu person={person.data} />
        </div>
      </header>
      <main id="content" className={classes.content} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
