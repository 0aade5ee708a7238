"use client";
/** A password in a form on a page, which can be looked at. */
import { useTranslations } from "next-intl";
import { type ComponentProps, useState } from "react";
import { RevealIcon } from "./reveal-icon.tsx";
import classes from "./text-field.module.css";
import { TextField } from "./text-field.tsx";

export function PasswordField(props: Omit<ComponentProps<typeof TextField>, "type" | "tool">) {
  const text = useTranslations("input");
  const [revealed, setRevealed] = useState(false);
  return (
    <TextField
      {...props}
      type={revealed ? "text" : "password"}
      tool={
        <button
          type="button"
          className={classes.tool}
          aria-label={text("reveal", { label: props.label })}
          aria-pressed={revealed}
          onClick={() => setRevealed(!revealed)}
        >
          <RevealIcon reveal={revealed} />
        </button>
      }
    />
  );
}
