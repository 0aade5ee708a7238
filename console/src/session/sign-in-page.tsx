"use client";
/** E-mail and password, or one of the other ways in, and back to where the person wanted to go. */
import type { OidcRefusal, WaysIn as Ways } from "@cogni/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { Button } from "../parts/button.tsx";
import { PasswordField } from "../parts/password-field.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { TextField } from "../parts/text-field.tsx";
import classes from "./door.module.css";
import { Door } from "./door.tsx";
import { WaysIn } from "./ways-in.tsx";

interface SignInPageProps {
  returnTo: string;
  ways: Ways;
  /** Why the identity provider's word let nobody in, just now. */
  refused: OidcRefusal | null;
}

export function SignInPage({ returnTo, ways, refused: ssoRefused }: SignInPageProps) {
  const text = useTranslations("signIn");
  const waysText = useTranslations("waysIn");
  const router = useRouter();
  const cache = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [missing, setMissing] = useState({ email: false, password: false });
  const signIn = useMutation({
    mutationFn: api.signIn,
    onSuccess: () => {
      cache.clear();
      router.replace(returnTo);
    },
    onError: () => focus("password"),
  });

  function focus(name: string) {
    const input = form.current?.querySelector<HTMLInputElement>(`[name=${name}]`);
    input?.focus();
    input?.select();
  }

  function submit(data: FormData) {
    const email = String(data.get("email")).trim();
    const password = String(data.get("password"));
    setMissing({ email: email === "", password: password === "" });
    const first = email === "" ? "email" : password === "" ? "password" : null;
    if (first) focus(first);
    else signIn.mutate({ email, password });
  }

  // While the next page loads, the button stays busy: a second press would sign in twice.
  const busy = signIn.isPending || signIn.isSuccess;
  const refused = !busy && isRefusal(signIn.error);
  return (
    <Door title={text("title")} lead={text("lead")} onSubmit={submit} formRef={form}>
      <TextField
        name="email"
        type="email"
        label={text("email")}
        autoComplete="username"
        autoCapitalize="none"
        error={missing.email ? text("emailMissing") : refused}
      />
      <PasswordField
        name="password"
        label={text("password")}
        autoComplete="current-password"
        error={missing.password ? text("passwordMissing") : refused}
      />
      <a href="/forgot-password" className={classes.aside}>
        {text("forgot")}
      </a>
      <div role="alert" className={classes.outcome}>
        {signIn.error && !signIn.isPending && <SignInFailure error={signIn.error} />}
        {ssoRefused && ways.oidc && signIn.isIdle && (
          <p className={classes.error}>{waysText(`refusals.${ssoRefused}`, ways.oidc)}</p>
        )}
      </div>
      <Button type="submit" variant="filled" wide busy={busy}>
        {text("submit")}
      </Button>
      <WaysIn {...ways} returnTo={returnTo} />
    </Door>
  );
}

/** The sign-in service has no words for people; ours, unless the API around it has better ones. */
function SignInFailure({ error }: { error: Error }) {
  const text = useTranslations("signIn");
  const status = error instanceof ApiError ? error.status : null;
  if (isRefusal(error)) return <p className={classes.error}>{text("refused")}</p>;
  if (status === 429) return <p className={classes.error}>{text("tooOften")}</p>;
  if (error instanceof ApiError && (error.problem || status === 0)) return <ProblemNote failure={error} />;
  return <p className={classes.error}>{text("failed")}</p>;
}

function isRefusal(error: Error | null): boolean {
  return error instanceof ApiError && (error.status === 400 || error.status === 401);
}
