"use client";
/** One person who waits, and the two buttons that decide. */
import type { ChannelStatus, PendingSender } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { useTimeWords } from "../parts/time-ago.tsx";
import classes from "./senders.module.css";
import { type Decision, useDecide } from "./use-senders.ts";

interface SenderRowProps {
  channel: ChannelStatus;
  sender: PendingSender;
  onDecided: (sender: PendingSender, decision: Decision["decision"]) => void;
}

export function SenderRow({ channel, sender, onDecided }: SenderRowProps) {
  const text = useTranslations("senders");
  const { ago, exact } = useTimeWords();
  const decide = useDecide(channel, ({ decision }) => onDecided(sender, decision));
  const name = sender.name ?? sender.sender;
  const pending = decide.isPending ? decide.variables.decision : null;
  const button = (decision: Decision["decision"]) => ({
    busy: pending === decision,
    "aria-label": text(`${decision}Label`, { name }),
    onClick: () => {
      if (!pending) decide.mutate({ sender: sender.sender, decision });
    },
  });
  return (
    <li className={classes.row}>
      <div className={classes.who}>
        <strong title={name}>{name}</strong>
        <span>
          {sender.name && <span className={classes.id}>{sender.sender}</span>}
          <time dateTime={sender.requestedAt} title={exact(sender.requestedAt)}>
            {text("asked", { time: ago(sender.requestedAt) })}
          </time>
        </span>
      </div>
      <div className={classes.decide}>
        <Button {...button("dismiss")}>{text("dismiss")}</Button>
        <Button {...button("approve")} variant="filled" data-approve={sender.sender}>
          {text("approve")}
        </Button>
      </div>
      {decide.error && !decide.isPending && (
        <div className={classes.failed} role="alert">
          <ProblemNote failure={decide.error} />
        </div>
      )}
    </li>
  );
}
