"use client";
/** A few short choices beside each other, of which one holds. */
import { useId } from "react";
import classes from "./choices.module.css";

interface ChoicesProps<Value extends string> {
  legend: string;
  options: readonly { value: Value; text: string }[];
  value: Value;
  onChange: (value: Value) => void;
  /** What to know of the one that is chosen. Its line is always there: nothing below moves. */
  note: string | null;
}

export function Choices<Value extends string>({
  legend,
  options,
  value,
  onChange,
  note,
}: ChoicesProps<Value>) {
  const id = useId();
  return (
    <fieldset className={classes.choices} aria-describedby={`${id}-note`}>
      <legend>{legend}</legend>
      <div>
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={id}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.text}</span>
          </label>
        ))}
      </div>
      <p id={`${id}-note`} role="status">
        {note}
      </p>
    </fieldset>
  );
}
