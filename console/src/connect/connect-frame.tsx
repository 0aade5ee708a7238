"use client";
/** What the page of a connect link stands in: whose it is, in their colour, and who runs it. */
import { useTranslations } from "next-intl";
import type { CSSProperties, ReactNode } from "react";
import { inkOn } from "./brand.ts";
import classes from "./connect.module.css";

interface ConnectFrameProps {
  /** Null until the link was opened. */
  brand: { name: string; color: string | null } | null;
  children: ReactNode;
  /** Stays at the foot of the window. */
  bar?: ReactNode;
}

export function ConnectFrame({ brand, children, bar }: ConnectFrameProps) {
  const text = useTranslations("connectLink");
  const app = useTranslations("app");
  const powered = text("poweredBy", { name: app("name") });
  const color = brand?.color ?? null;
  const style =
    color === null ? undefined : ({ "--brand": color, "--on-brand": inkOn(color) } as CSSProperties);
  return (
    <div className={classes.page} style={style}>
      {brand && (
        <header className={classes.brand}>
          <span className={classes.mark} aria-hidden="true">
            {[...brand.name][0]?.toUpperCase()}
          </span>
          <span>{brand.name}</span>
          <span className={classes.powered}>{powered}</span>
        </header>
      )}
      <main className={classes.main}>{children}</main>
      {!brand && <footer className={classes.footer}>{powered}</footer>}
      {bar}
    </div>
  );
}
