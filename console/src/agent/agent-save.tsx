"use client";
/** Saves, and says how far what was saved has come: kept, and used from the next message on. */
import type { AgentSettings } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { useNow } from "../parts/use-now.ts";
import classes from "./agent.module.css";

interface AgentSaveProps {
  saved: AgentSettings;
  /** What is typed is not what is saved. */
  changed: boolean;
  /** What is saved is not what the change began with. */
  overtaken: boolean;
  tooLong: boolean;
  change: { isPending: boolean; isSuccess: boolean; error: Error | null };
  onDiscard: () => void;
  /** Saves over what someone else saved. */
  onKeep: () => void;
}

/** After that, it is the gateway that is away. */
const SOON_MS = 10_000;

export function AgentSave(props: AgentSaveProps) {
  const { saved, changed, overtaken, tooLong, change, onDiscard, onKeep } = props;
  const text = useTranslations("agent");
  const now = useNow();
  const late = saved.changedAt !== null && now.getTime() - Date.parse(saved.changedAt) > SOON_MS;
  const stage = changed
    ? "unsaved"
    : !saved.applied
      ? late
        ? "late"
        : "soon"
      : change.isSuccess && "applied";
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
          aria-disabled={!changed || tooLong || overtaken}
        >
          {text("save")}
        </Button>
        {changed && !overtaken && <Button onClick={onDiscard}>{text("discard")}</Button>}
        <p role="status" className={classes.stage} data-stage={stage}>
          {change.isPending ? text("saving") : stage && text(stage)}
        </p>
      </div>
    </div>
  );
}
