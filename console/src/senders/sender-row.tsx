"use client";
/** One person who waits, and the two buttons that decide; or what was decided. */
import type { PendingSender } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { useTimeWords } from "../parts/time-ago.tsx";
import type { Decision, SenderRow as Row } from "./decided.ts";
import classes from "./senders.module.css";
import { useDecide } from "./use-senders.ts";

interface SenderRowProps {
  row: Row;
  onDecided: (sender: PendingSender, decision: Decision) => void;
}

export function SenderRow({ row: { sender, decided }, onDecided }: SenderRowProps) {
  const text = useTranslations("senders");
  const { ago, exact } = useTimeWords();
  const decide = useDecide(sender, (decision) => onDecided(sender, decision));
  const name = sender.name ?? sender.sender;
  const button = (decision: Decision) => ({
    busy: decide.isPending && decide.variables === decision,
    "aria-label": text(`${decision}Label`, { name }),
    onClick: () => {
      if (!decide.isPending) decide.mutate(decision);
    },
  });
  return (
    <li className={classes.row} data-decided={decided}>
      <div className={classes.who}>
        <strong title={name}>{name}</strong>
        <span>
          {sender.name && <span className={classes.id}>{sender.sender}</span>}
          <time dateTime={sender.requestedAt} title={exact(sender.requestedAt)}>
            {text("asked", { time: ago(sender.requestedAt) })}
          </time>
        </span>
      </div>
      {/* Another element when decided: one that stayed would be seen to move. */}
      <div key={decided} className={classes.decide}>
        {decided ? (
          <span>{text(`decided.${decided}`)}</span>
        ) : (
          <>
            <Button {...button("dismiss")}>{text("dismiss")}</Button>
            <Button {...button("approve")} variant="filled" data-approve={sender.sender}>
              {text("approve")}
            </Button>
          </>
        )}
      </div>
      {decide.error && !decide.isPending && (
        <div className={classes.failed} role="alert">
          <ProblemNote failure={decide.error} />
        </div>
      )}
    </li>
  );
}
