"use client";
/** Sets a new password, by the link of a mail. */
import { LONGEST_PASSWORD, SHORTEST_PASSWORD } from "@cogni/contract/password-length";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { PasswordField } from "../parts/password-field.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import classes from "./door.module.css";
import { Door } from "./door.tsx";
import { useMailedToken } from "./mailed-token.ts";

export function ResetPasswordPage() {
  const text = useTranslations("resetPassword");
  const token = useMailedToken();
  const [wrongLength, setWrongLength] = useState(false);
  const reset = useMutation({ mutationFn: api.resetPassword });

  if (reset.isSuccess) {
    return (
      <Door title={text("doneTitle")} lead={text("done")} onSubmit={null}>
        <a href="/sign-in">{text("signIn")}</a>
      </Door>
    );
  }
  if (token === null) {
    return (
      <Door title={text("title")} lead={text("noLink")} onSubmit={null}>
        <a href="/forgot-password">{text("again")}</a>
      </Door>
    );
  }
  function submit(form: FormData) {
    const password = String(form.get("password"));
    const fits = password.length >= SHORTEST_PASSWORD && password.length <= LONGEST_PASSWORD;
    setWrongLength(!fits);
    if (fits && token) reset.mutate({ token, password });
  }
  return (
    <Door title={text("title")} lead={text("lead")} onSubmit={submit}>
      <PasswordField
        name="password"
        label={text("password")}
        hint={text("rule", { shortest: SHORTEST_PASSWORD })}
        autoComplete="new-password"
        autoFocus
        error={wrongLength && text("wrongLength", { shortest: SHORTEST_PASSWORD, longest: LONGEST_PASSWORD })}
      />
      <div role="alert" className={classes.outcome}>
        {reset.error && <ProblemNote failure={reset.error} />}
      </div>
      <Button type="submit" variant="filled" wide busy={reset.isPending}>
        {text("submit")}
      </Button>
    </Door>
  );
}
