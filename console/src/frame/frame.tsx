"use client";
/** What stands around every page: where one can go, whose account this is, theme and person. */
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { api } from "../api.ts";
import classes from "./frame.module.css";
import { Navigation } from "./navigation.tsx";
import { PersonMenu } from "./person-menu.tsx";
import { ThemeMenu } from "./theme-menu.tsx";

export function Frame({ children }: { children: ReactNode }) {
  const text = useTranslations("frame");
  const me = useQuery({ queryKey: ["me"], queryFn: ({ signal }) => api.me(signal), staleTime: 60_000 });
  return (
    <div className={classes.frame}>
      <a href="#content" className={classes.skip}>
        {text("skip")}
      </a>
      <Navigation />
      <header className={classes.top}>
        <span className={classes.tenant}>{me.data?.billingAccountName}</span>
        <div className={classes.tools}>
          <ThemeMenu />
          <PersonMenu person={me.data?.person ?? null} />
        </div>
      </header>
      <main id="content" className={classes.content} tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}
