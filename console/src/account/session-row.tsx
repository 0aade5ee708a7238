"use client";
/** One session: by which program, from where, since when. */
import type { Session } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { Button } from "../parts/button.tsx";
import { Time, useTimeWords } from "../parts/time-ago.tsx";
import classes from "./account.module.css";

interface SessionRowProps {
  session: Session;
  ending: boolean;
  onEnd: () => void;
}

export function SessionRow({ session, ending, onEnd }: SessionRowProps) {
  const text = useTranslations("account.sessions");
  const { ago } = useTimeWords();
  const { userAgent, address, createdAt, current } = session;
  const program = userAgent ?? text("unknown");
  return (
    <li>
      <div className={classes.session}>
        <strong>{program}</strong>
        <span>
          {address && <span>{address}</span>}
          <Time at={createdAt}>{text("since", { time: ago(createdAt) })}</Time>
        </span>
      </div>
      {current ? (
        <span className={classes.current}>{text("current")}</span>
      ) : (
        <Button busy={ending} aria-label={text("endLabel", { program })} onClick={onEnd}>
          {text("end")}
        </Button>
      )}
    </li>
  );
}
