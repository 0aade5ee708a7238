"use client";
/** Who is signed in, the language they read, and the way out. */
import type { Person } from "@cogni/contract";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { useLanguages } from "../i18n/use-languages.ts";
import { Menu } from "../parts/menu.tsx";
import classes from "./person-menu.module.css";

export function PersonMenu({ person }: { person: Person | undefined }) {
  const text = useTranslations("frame");
  const language = useTranslations("language");
  const languages = useLanguages();
  const router = useRouter();
  const signOut = useMutation({
    mutationFn: api.signOut,
    // A full load: nothing of this person stays in the page's memory.
    onSuccess: () => window.location.assign("/sign-in"),
  });
  const initial = (person?.name || person?.email || "").charAt(0).toUpperCase();
  return (
    <>
      <Menu
        label={text("person")}
        className={classes.person}
        header={
          person && (
            <div className={classes.who}>
              <strong>{person.name}</strong>
              <span>{person.email}</span>
            </div>
          )
        }
        choice={{ title: language("label"), items: languages }}
        items={[
          { name: "account", text: text("account"), onSelect: () => router.push("/account") },
          { name: "signOut", text: text("signOut"), onSelect: () => signOut.mutate() },
        ]}
      >
        {initial}
      </Menu>
      <div role="alert" className={classes.failed}>
        {signOut.isError && text("signOutFailed")}
      </div>
    </>
  );
}
