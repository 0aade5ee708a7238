/**
 * The one button. Plain, and not Mantine's: that one brings 20 KB of styling machinery into the first load of every
 * page, where this needs a class.
 */
import type { ComponentProps } from "react";
import classes from "./button.module.css";

interface ButtonProps extends Omit<ComponentProps<"button">, "className"> {
  variant?: "default" | "filled" | "danger";
  /** Something is under way: shown, announced, and a second press does nothing. */
  busy?: boolean;
  /** It has to wait: shown, and a press does nothing. */
  held?: boolean;
  wide?: boolean;
}

/** Leads elsewhere, and looks like the others. */
export function ButtonLink({
  wide = false,
  ...rest
}: Omit<ComponentProps<"a">, "className"> & { wide?: boolean }) {
  return <a {...rest} className={classes.button} data-wide={wide} />;
}

export function Button({
  variant = "default",
  busy = false,
  held = false,
  wide = false,
  onClick,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={classes.button}
      data-variant={variant}
      data-wide={wide}
      // Not "disabled": that would drop the keyboard's focus while the person waits.
      aria-disabled={busy || held || rest["aria-disabled"]}
      aria-busy={busy}
      onClick={busy || held ? (event) => event.preventDefault() : onClick}
    />
  );
}
