/** One thing that can be set, under a heading of its own. */
import { type ReactNode, useId } from "react";
import classes from "./settings.module.css";

interface SettingsSectionProps {
  title: string;
  help?: string;
  children?: ReactNode;
}

export function SettingsSection({ title, help, children }: SettingsSectionProps) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {help && <p className={classes.help}>{help}</p>}
      {children}
    </section>
  );
}
