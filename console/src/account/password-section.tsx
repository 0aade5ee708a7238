"use client";
/** A new password comes by a mailed link, as for one who forgot theirs: a session alone is not enough to change it. */
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { usePerson } from "../session/use-person.ts";
import { SettingsSection } from "../settings/settings-section.tsx";
import classes from "./account.module.css";

export function PasswordSection() {
  const text = useTranslations("account");
  const { data: person } = usePerson();
  const request = useMutation({ mutationFn: api.forgotPassword });
  return (
    <SettingsSection title={text("password")} help={text("passwordHelp")}>
      <div className={classes.act}>
        <Button
          busy={request.isPending}
          aria-disabled={!person}
          onClick={() => person && request.mutate({ email: person.email })}
        >
          {text("mailLink")}
        </Button>
        <span role="status" className={classes.done}>
          {request.isSuccess && text("mailed", { email: request.variables.email })}
        </span>
      </div>
      {request.error && (
        <div role="alert">
          <ProblemNote failure={request.error} />
        </div>
      )}
    </SettingsSection>
  );
}
