"use client";
/**
 * A problem in words: what happened, what to do, the button that does it, and behind "Details" the code
 * (and request id) that an operator asks for.
 */
import type { ChannelProblem, ProblemAction } from "@cogni/contract";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { ApiError } from "../api-call.ts";
import { Button } from "./button.tsx";
import { CopyButton } from "./copy-button.tsx";
import classes from "./problem-note.module.css";
import { useProblemWords } from "./problem-words.ts";
import { useTimeWords } from "./time-ago.tsx";

/** Actions that are a button; the others are told by the remedy alone. */
type ButtonAction = Extract<ProblemAction, "replace_credential" | "scan_again" | "retry">;

interface ProblemNoteProps {
  /** A channel's problem, or a request that failed. */
  failure: ChannelProblem | Error;
  /** Nothing of the person's own is in trouble: said without alarm. */
  calm?: boolean;
  /** Stands in the row of the button, at its far end. */
  aside?: ReactNode;
  onAction?: Partial<Record<ButtonAction, () => void>>;
}

export function ProblemNote({ failure, calm = false, aside, onAction = {} }: ProblemNoteProps) {
  const text = useTranslations("problem");
  const { cause, remedy, action, code, requestId } = useFailureWords(failure);
  const limit = failure instanceof ApiError ? failure.limit : null;
  const act = action && isButton(action) ? onAction[action] : undefined;
  return (
    <div className={classes.note} data-tone={calm ? "calm" : action === "wait" ? "waiting" : "trouble"}>
      <p>
        {text.rich("said", { cause, remedy, strong: (chunks) => <strong>{chunks}</strong> })}
        {limit && <HowLong seconds={limit.retryAfterS} />}
      </p>
      {act && isButton(action) && <Button onClick={act}>{text(action)}</Button>}
      {code && (
        <details className={classes.details}>
          <summary>{text("details")}</summary>
          <dl>
            <Detail name={text("code")} value={code} copy={text("copyCode")} />
            {requestId && <Detail name={text("requestId")} value={requestId} copy={text("copyRequestId")} />}
          </dl>
        </details>
      )}
      {aside}
    </div>
  );
}

/** Told once, with the problem: what ticks beside the button is for the eye. */
function HowLong({ seconds }: { seconds: number }) {
  const text = useTranslations("problem");
  const { wait } = useTimeWords();
  return <span className="unseen"> {text("waitFor", { time: wait(seconds) })}</span>;
}

function Detail({ name, value, copy }: { name: string; value: string; copy: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <code>{value}</code>
        <CopyButton value={value} label={copy} />
      </dd>
    </div>
  );
}

interface FailureWords {
  cause: string;
  remedy: string;
  action?: ProblemAction;
  code?: string;
  requestId?: string;
}

/** The problem's where the API named one; else what can be said without an answer. */
function useFailureWords(failure: ChannelProblem | Error): FailureWords {
  const text = useTranslations("failure");
  const { words } = useProblemWords();
  if (!(failure instanceof Error)) return words(failure);
  if (failure instanceof ApiError && failure.problem) return words(failure.problem);
  const kind = failure instanceof ApiError && failure.status === 0 ? "noAnswer" : "unexpected";
  return { cause: text(`${kind}.cause`), remedy: text(`${kind}.remedy`), action: "retry" };
}

function isButton(action: ProblemAction | undefined): action is ButtonAction {
  return action === "replace_credential" || action === "scan_again" || action === "retry";
}
