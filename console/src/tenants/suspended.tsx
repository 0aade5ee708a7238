"use client";
/** In place of all pages of a suspended tenant: what that means, and who can end it. */
import { useTranslations } from "next-intl";
import { Panel } from "../parts/panel.tsx";
import classes from "./tenants.module.css";

export function Suspended({ name }: { name: string }) {
  const text = useTranslations("tenants.suspended");
  return (
    <Panel title={text("title", { name })} text={text("text")}>
      <p className={classes.remedy}>{text("remedy")}</p>
    </Panel>
  );
}
