"use client";
/** Below a form: saves it, and says how far that has come. What someone else saved meanwhile is not overwritten without a word. */
import { useTranslations } from "next-intl";
import { Button } from "./button.tsx";
import { ProblemNote } from "./problem-note.tsx";
import classes from "./save-bar.module.css";

interface SaveBarProps {
  /** What is typed is not what is saved. */
  changed: boolean;
  /** What is saved is not what the change began with. */
  overtaken: boolean;
  /** As it is typed it can't be saved. */
  wrong: boolean;
  change: { isPending: boolean; error: Error | null };
  /** How far what is saved has come. */
  stage: { tone: "applied" | "soon" | "late"; text: string } | null;
  onDiscard: () => void;
  /** Saves over what someone else saved. */
  onKeep: () => void;
}

export function SaveBar({ changed, overtaken, wrong, change, stage, onDiscard, onKeep }: SaveBarProps) {
  const text = useTranslations("saving");
  const shown = changed ? ({ tone: "unsaved", text: text("unsaved") } as const) : stage;
  return (
    <div className={classes.save}>
      <div role="alert">
        {changed && overtaken ? (
          <div className={classes.overtaken}>
            <p>{text("overtaken")}</p>
            <Button onClick={onDiscard}>{text("loadTheirs")}</Button>
            <Button variant="danger" busy={change.isPending} onClick={onKeep}>
              {text("keepMine")}
            </Button>
          </div>
        ) : (
          change.error && <ProblemNote failure={change.error} />
        )}
      </div>
      <div className={classes.row}>
        <Button
          type="submit"
          variant="filled"
          busy={change.isPending}
          aria-disabled={!changed || wrong || overtaken}
        >
          {text("save")}
        </Button>
        {changed && !overtaken && <Button onClick={onDiscard}>{text("discard")}</Button>}
        <p role="status" className={classes.stage} data-stage={shown?.tone}>
          {change.isPending ? text("saving") : shown?.text}
        </p>
      </div>
    </div>
  );
}
