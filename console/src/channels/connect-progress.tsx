"use client";
/** The steps of a connect as they are seen to happen, and its good end. */
import { IconCheck } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import classes from "./dialog.module.css";
import { type Outlook, STEPS } from "./progress.ts";

/** Twice what a connect takes when all is well (2 to 5 s on a busy gateway), and then some. */
const SLOW_MS = 15_000;

interface ConnectProgressProps {
  progress: Outlook;
  onClose: () => void;
}

export function ConnectProgress({ progress, onClose }: ConnectProgressProps) {
  const text = useTranslations("connect");
  const slow = useIsSlow();
  const done = progress.kind === "connected" ? STEPS.length : progress.kind === "kept" ? 1 : progress.done;
  const current = progress.kind === "underway" ? STEPS[done] : undefined;
  return (
    <div className={classes.body}>
      <ol className={classes.steps} aria-label={text("steps")}>
        {STEPS.map((step, index) => {
          const state = index < done ? "done" : step === current ? "doing" : "todo";
          return (
            <li key={step} data-step={state}>
              <span className={classes.mark}>
                {state === "done" && <IconCheck size={12} stroke={3} aria-hidden="true" />}
              </span>
              {text(`step.${step}`)}
              <span className="unseen">, {text(STEP_WORDS[state])}</span>
            </li>
          );
        })}
      </ol>
      <div role="status" className={classes.result}>
        {progress.kind === "connected" && (
          <p className={classes.outcome}>
            {progress.displayName ? text("connectedAs", { name: progress.displayName }) : text("connected")}
          </p>
        )}
        {progress.kind === "kept" && <ProblemNote failure={progress.error} />}
        {current &&
          (slow ? (
            <p className={classes.quiet}>{text("slow")}</p>
          ) : (
            <span className="unseen">{text(`doing.${current}`)}</span>
          ))}
      </div>
      <div className={classes.buttons}>
        {/* Keyed, so that the focus lands on it anew when the attempt has ended. */}
        <Button
          key={progress.kind}
          autoFocus
          variant={progress.kind === "connected" ? "filled" : "default"}
          onClick={onClose}
        >
          {text(progress.kind === "connected" ? "done" : "close")}
        </Button>
      </div>
    </div>
  );
}

const STEP_WORDS = { done: "stepDone", doing: "stepDoing", todo: "stepTodo" } as const;

function useIsSlow(): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return slow;
}
