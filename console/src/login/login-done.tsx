"use client";
/** The good end of a login: a tick, and as whom. */
import { IconCheck } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import classes from "./login.module.css";

export function LoginDone({ displayName, onClose }: { displayName: string | null; onClose: () => void }) {
  const text = useTranslations("connect");
  return (
    <div className={dialog.body}>
      <div className={classes.done} role="status">
        <span className={classes.tick}>
          <IconCheck size={30} stroke={2.5} aria-hidden="true" />
        </span>
        {/* Anew when the name arrives, which may be after the connection. */}
        <p key={displayName}>
          {displayName ? text("connectedAs", { name: displayName }) : text("connected")}
        </p>
      </div>
      <div className={dialog.buttons}>
        <Button autoFocus variant="filled" onClick={onClose}>
          {text("done")}
        </Button>
      </div>
    </div>
  );
}
