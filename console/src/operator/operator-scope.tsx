"use client";
/** What the pages of the platform's administrators stand in: anyone else is told that these are not theirs. */
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Panel } from "../parts/panel.tsx";
import { usePerson } from "../session/use-person.ts";

export function OperatorScope({ children }: { children: ReactNode }) {
  const text = useTranslations("operator");
  const { data: person } = usePerson();
  if (person && !person.platformAdministrator) {
    return <Panel title={text("forbidden.title")} text={text("forbidden.text")} />;
  }
  // Until it is known, the page begins to load: for an administrator it is there so much sooner.
  return children;
}
