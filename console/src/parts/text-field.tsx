/** A line of text in a form on a page. Plain: Mantine's, as the dialogs have it, is too much for a first load. */
import { type ComponentProps, useId } from "react";
import classes from "./text-field.module.css";

interface TextFieldProps extends Omit<ComponentProps<"input">, "className" | "id"> {
  label: string;
  /** What is wrong with it. */
  error?: string | null;
}

export function TextField({ label, error = null, ...rest }: TextFieldProps) {
  const id = useId();
  return (
    <div className={classes.field}>
      <label htmlFor={id} className="unseen">
        {label}
      </label>
      <input
        {...rest}
        id={id}
        className={classes.input}
        aria-invalid={error !== null}
        aria-describedby={error === null ? undefined : `${id}-error`}
      />
      {error !== null && (
        <p id={`${id}-error`} className={classes.error}>
          {error}
        </p>
      )}
    </div>
  );
}
