/** A line of text in a form on a page. Plain: Mantine's, as the dialogs have it, is too much for a first load. */
import { type ComponentProps, type ReactNode, useId } from "react";
import classes from "./text-field.module.css";

interface TextFieldProps extends Omit<ComponentProps<"input">, "className" | "id"> {
  label: string;
  /** Where what stands around it says the same: the label is for screen readers alone. */
  unseenLabel?: boolean;
  hint?: string | undefined;
  /** What is wrong with it; true where something else says so. */
  error?: string | boolean | null;
  /** Stands within the field, at its end. */
  tool?: ReactNode;
}

export function TextField({ label, unseenLabel, hint, error = null, tool, ...rest }: TextFieldProps) {
  const id = useId();
  const message = typeof error === "string" ? error : null;
  const described = [hint && `${id}-hint`, message && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={classes.field}>
      <label htmlFor={id} className={unseenLabel ? "unseen" : classes.label}>
        {label}
      </label>
      {hint && (
        <p id={`${id}-hint`} className={classes.hint}>
          {hint}
        </p>
      )}
      <div className={classes.line}>
        <input
          {...rest}
          id={id}
          className={classes.input}
          aria-invalid={message !== null || error === true}
          aria-describedby={described || undefined}
        />
        {tool}
      </div>
      {message && (
        <p id={`${id}-error`} className={classes.error}>
          {message}
        </p>
      )}
    </div>
  );
}
