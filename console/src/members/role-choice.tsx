"use client";
/** The roles that may be given, each with what it may do. */
import type { Role } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useId } from "react";
import classes from "../parts/choice.module.css";
import members from "./members.module.css";

interface RoleChoiceProps {
  roles: readonly Role[];
  value: Role;
  onChange: (role: Role) => void;
  /** The dialog is about nothing else. */
  focused?: boolean;
}

export function RoleChoice({ roles, value, onChange, focused = false }: RoleChoiceProps) {
  const names = useTranslations("role");
  const help = useTranslations("roleHelp");
  const text = useTranslations("members");
  const id = useId();
  return (
    <fieldset className={classes.choice}>
      <legend className={focused ? "unseen" : undefined}>{text("role")}</legend>
      {roles.map((role) => (
        <label key={role}>
          <input
            type="radio"
            name={id}
            value={role}
            checked={role === value}
            data-autofocus={(focused && role === value) || undefined}
            aria-describedby={`${id}-${role}`}
            onChange={() => onChange(role)}
          />
          <span>
            <span className={members.role}>{names(role)}</span>
            <span id={`${id}-${role}`} className={classes.help}>
              {help(role)}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
