"use client";
/** What each role may do, in a sentence. */
import type { Role } from "@cogni/contract";
import { useTranslations } from "next-intl";
import classes from "./members.module.css";

/** From the one who may most. */
const ROLES: readonly Role[] = ["owner", "admin", "manager", "viewer"];

export function RoleList() {
  const roles = useTranslations("role");
  const text = useTranslations("roleHelp");
  return (
    <dl className={classes.roles}>
      {ROLES.map((role) => (
        <div key={role}>
          <dt>{roles(role)}</dt>
          <dd>{text(role)}</dd>
        </div>
      ))}
    </dl>
  );
}
