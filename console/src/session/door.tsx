"use client";
/** What the pages outside of the console have in common: the way in, and what leads there by a mailed link. */
import type { FormEvent, ReactNode, Ref } from "react";
import { Wordmark } from "../frame/wordmark.tsx";
import classes from "./door.module.css";
import { LanguageMenu } from "./language-menu.tsx";

interface DoorProps {
  title: string;
  lead: string;
  /** Null where there is nothing more to fill in. */
  onSubmit: ((form: FormData) => void) | null;
  formRef?: Ref<HTMLFormElement>;
  children: ReactNode;
}

export function Door({ title, lead, onSubmit, formRef, children }: DoorProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    onSubmit?.(new FormData(event.currentTarget));
  }
  const contents = (
    <>
      <h1 id="door-title">{title}</h1>
      <p className={classes.lead}>{lead}</p>
      {children}
    </>
  );
  return (
    <main className={classes.page}>
      <LanguageMenu />
      <Wordmark />
      {onSubmit ? (
        // "post", so that a submit before the script is there can't put the password into the address.
        <form
          ref={formRef}
          className={classes.form}
          method="post"
          onSubmit={submit}
          noValidate
          aria-labelledby="door-title"
        >
          {contents}
        </form>
      ) : (
        <div className={classes.form} role="status">
          {contents}
        </div>
      )}
    </main>
  );
}
