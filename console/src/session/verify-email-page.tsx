"use client";
/** Says that an address is one's own, by the link of a mail; at a press, for programs open the links of mails, too. */
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import classes from "./door.module.css";
import { Door } from "./door.tsx";
import { useMailedToken } from "./mailed-token.ts";

export function VerifyEmailPage() {
  const text = useTranslations("verifyEmail");
  const token = useMailedToken();
  const verify = useMutation({ mutationFn: api.verifyEmail });

  if (verify.isSuccess || token === null) {
    return (
      <Door
        title={text(verify.isSuccess ? "doneTitle" : "title")}
        lead={text(verify.isSuccess ? "done" : "noLink")}
        onSubmit={null}
      >
        <a href="/channels">{text("goOn")}</a>
      </Door>
    );
  }
  return (
    <Door title={text("title")} lead={text("lead")} onSubmit={() => token && verify.mutate({ token })}>
      <div role="alert" className={classes.outcome}>
        {verify.error && <ProblemNote failure={verify.error} />}
      </div>
      <Button type="submit" variant="filled" wide busy={verify.isPending}>
        {text("submit")}
      </Button>
    </Door>
  );
}
