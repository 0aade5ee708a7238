/** A page that has only one thing to say. */
import type { ReactNode } from "react";
import { Wordmark } from "../frame/wordmark.tsx";
import classes from "./notice.module.css";

export function Notice({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <main className={classes.page}>
      <Wordmark />
      <h1>{title}</h1>
      <p>{text}</p>
      {children}
    </main>
  );
}
