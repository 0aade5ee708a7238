/** The settings that there are, beside the ones that are shown. */
import type { ReactNode } from "react";
import classes from "./settings.module.css";
import { SettingsNavigation } from "./settings-navigation.tsx";

export function SettingsFrame({ children }: { children: ReactNode }) {
  return (
    <div className={classes.frame}>
      <SettingsNavigation />
      <div className={classes.page}>{children}</div>
    </div>
  );
}
