"use client";
/**
 * Beside a button that has to wait: for how long. It ticks for the eye; a screen reader is told by the problem's note, once,
 * and here when the wait is over.
 */
import { useTranslations } from "next-intl";
import { useTimeWords } from "./time-ago.tsx";
import type { Wait } from "./use-wait.ts";
import classes from "./wait-note.module.css";

export function WaitNote({ wait }: { wait: Wait | null }) {
  const text = useTranslations("problem");
  const { wait: timeOf } = useTimeWords();
  if (!wait) return null;
  return (
    <p className={classes.note}>
      {wait.seconds > 0 && (
        <span role="timer" aria-live="off">
          {text("waitFor", { time: timeOf(wait.seconds) })}
        </span>
      )}
      <span role="status">{wait.seconds === 0 && text("waitOver")}</span>
    </p>
  );
}
