"use client";
/** In place of a page's contents: why there are none, and what one can do about it. */
import type { ReactNode } from "react";
import classes from "./panel.module.css";

interface PanelProps {
  title: string;
  text?: string;
  /** Where the page has a heading of its own already. */
  level?: 1 | 2;
  /** Something went wrong: said at once. */
  alert?: boolean;
  children?: ReactNode;
}

export function Panel({ title, text, level = 1, alert = false, children }: PanelProps) {
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <section className={classes.panel} role={alert ? "alert" : undefined}>
      <Heading>{title}</Heading>
      {text && <p>{text}</p>}
      {children}
    </section>
  );
}
