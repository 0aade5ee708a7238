"use client";
/** A value that is shown once, to be copied. */
import { CopyButton } from "./copy-button.tsx";
import classes from "./shown-once.module.css";

export function ShownOnce({ label, value, copy }: { label: string; value: string; copy: string }) {
  return (
    <div className={classes.line}>
      <span>{label}</span>
      <div>
        <code>{value}</code>
        <CopyButton value={value} label={copy} />
      </div>
    </div>
  );
}
