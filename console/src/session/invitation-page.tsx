"use client";
/** Where the link of an invitation leads: who invites, and the way in for those who have an account and those who have none. */
import type { InvitationDetails } from "@cogni/contract";
import { SHORTEST_PASSWORD } from "@cogni/contract/password-length";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { Button } from "../parts/button.tsx";
import { PasswordField } from "../parts/password-field.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { TextField } from "../parts/text-field.tsx";
import { tenantPath } from "../tenants/paths.ts";
import classes from "./door.module.css";
import { Door } from "./door.tsx";
import { useMailedToken } from "./mailed-token.ts";

export function InvitationPage() {
  const text = useTranslations("invitation");
  const token = useMailedToken();
  const offer = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => api.lookAtInvitation({ token: token ?? "" }),
    enabled: typeof token === "string",
    retry: false,
    // Once is enough: accepting it uses it up.
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (token && offer.data) return <Offer token={token} offer={offer.data} />;
  return (
    <Door title={text("title")} lead={text(token === null ? "noLink" : "looking")} onSubmit={null}>
      {offer.error && <ProblemNote failure={offer.error} />}
      {(token === null || offer.error) && <a href="/sign-in">{text("signIn")}</a>}
    </Door>
  );
}

function Offer({ token, offer }: { token: string; offer: InvitationDetails }) {
  const text = useTranslations("invitation");
  const signInText = useTranslations("signIn");
  const roleText = useTranslations("role");
  // Without a role, it is to the platform's administrators.
  const { email, role } = offer;
  const accept = useMutation({
    async mutationFn(form: FormData) {
      const [email, name, password] = ["email", "name", "password"].map((key) => form.get(key)?.toString());
      if (email !== undefined && password !== undefined) await api.signIn({ email: email.trim(), password });
      return api.acceptInvitation({
        token,
        ...(name !== undefined && password !== undefined && { name, password }),
      });
    },
    // A full load: whoever was signed in before may be someone else.
    onSuccess: ({ billingAccountId }) =>
      window.location.assign(
        billingAccountId === null ? "/operator/tenants" : tenantPath(billingAccountId, "channels"),
      ),
  });
  // The address has an account, and nobody is signed in.
  const signsIn = offer.hasAccount && isRefused(accept.error);
  // The first press of whoever is not signed in only finds that out.
  const isWrong = signsIn && accept.variables?.get("email") !== null;
  return (
    <Door
      title={role ? text("offer", { tenant: offer.billingAccountName ?? "" }) : text("offerPlatform")}
      lead={role ? text("terms", { role: roleText(role), email }) : text("termsPlatform", { email })}
      onSubmit={(form) => accept.mutate(form)}
    >
      {!offer.hasAccount && <TextField name="name" label={text("name")} autoComplete="name" autoFocus />}
      {signsIn && (
        <TextField
          name="email"
          type="email"
          label={signInText("email")}
          autoComplete="username"
          autoCapitalize="none"
          autoFocus
        />
      )}
      {(signsIn || !offer.hasAccount) && (
        <PasswordField
          name="password"
          label={signInText("password")}
          hint={offer.hasAccount ? undefined : text("rule", { shortest: SHORTEST_PASSWORD })}
          autoComplete={offer.hasAccount ? "current-password" : "new-password"}
        />
      )}
      <div role="alert" className={classes.outcome}>
        {isWrong && !accept.isPending && <p className={classes.error}>{signInText("refused")}</p>}
        {accept.error && !accept.isPending && !signsIn && <ProblemNote failure={accept.error} />}
      </div>
      <Button type="submit" variant="filled" wide busy={accept.isPending || accept.isSuccess}>
        {text("join")}
      </Button>
    </Door>
  );
}

function isRefused(error: Error | null): boolean {
  return error instanceof ApiError && error.status === 401;
}
