"use client";
/** What each role may do, in a sentence. */
import type { Role } from "@cogni/contract";
import { useTranslations } from "next-intl";
import classes from "./members.module.css";

/** Each does what those before it do. */
const ROLES: readonly Role[] = ["viewer", "manager", "admin", "owner"];

export function RoleList() {
  const roles = useTranslations("role");
  const text = useTranslations("roleHelp");
  return (
    <dl className={classes.roles}>
      {ROLES.map((role) => (
        <div key={role}>
          <dt className={classes.role}>{roles(role)}</dt>
          <dd>{text(role)}</dd>
        </div>
      ))}
    </dl>
  );
}
