"use client";
/** Lines of text in a form on a page, with a count of what they take of what there is. */
import { useFormatter, useTranslations } from "next-intl";
import { type ComponentProps, useId } from "react";
import classes from "./text-area.module.css";
import field from "./text-field.module.css";

interface TextAreaProps extends Omit<ComponentProps<"textarea">, "className" | "id"> {
  label: string;
  used: number;
  most: number;
  /** In what that is counted: bytes of UTF-8, where nothing else is said. */
  unit?: "bytes" | "characters";
  /** What is wrong with it. */
  error?: string | null;
}

export function TextArea({ label, used, most, unit = "bytes", error = null, ...rest }: TextAreaProps) {
  const text = useTranslations("input");
  const format = useFormatter();
  const id = useId();
  const over = used > most;
  return (
    <div className={field.field}>
      <label htmlFor={id} className="unseen">
        {label}
      </label>
      <textarea
        {...rest}
        id={id}
        className={classes.area}
        aria-invalid={over || error !== null}
        aria-describedby={`${id}-count ${id}-error`}
      />
      <div className={classes.below}>
        <p id={`${id}-error`} className={classes.error} role="alert">
          {over ? text("tooLong") : error}
        </p>
        <p id={`${id}-count`} className={classes.count} data-over={over}>
          {text(unit, { used: format.number(used), most: format.number(most) })}
        </p>
      </div>
    </div>
  );
}
