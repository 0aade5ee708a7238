"use client";
/** Asks for a link by which a new password can be set. What it answers does not tell whether anyone has the address. */
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { TextField } from "../parts/text-field.tsx";
import classes from "./door.module.css";
import { Door } from "./door.tsx";

export function ForgotPasswordPage() {
  const text = useTranslations("forgotPassword");
  const signIn = useTranslations("signIn");
  const [missing, setMissing] = useState(false);
  const request = useMutation({ mutationFn: api.forgotPassword });

  if (request.isSuccess) {
    return (
      <Door title={text("sentTitle")} lead={text("sent")} onSubmit={null}>
        <a href="/sign-in">{text("back")}</a>
      </Door>
    );
  }
  function submit(form: FormData) {
    const email = String(form.get("email")).trim();
    setMissing(!email.includes("@"));
    if (email.includes("@")) request.mutate({ email });
  }
  return (
    <Door title={text("title")} lead={text("lead")} onSubmit={submit}>
      <TextField
        name="email"
        type="email"
        label={signIn("email")}
        autoComplete="username"
        autoCapitalize="none"
        autoFocus
        error={missing && signIn("emailMissing")}
      />
      <div role="alert" className={classes.outcome}>
        {request.error && <ProblemNote failure={request.error} />}
      </div>
      <Button type="submit" variant="filled" wide busy={request.isPending}>
        {text("submit")}
      </Button>
      <a href="/sign-in">{text("back")}</a>
    </Door>
  );
}
