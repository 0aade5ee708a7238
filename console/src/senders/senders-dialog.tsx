"use client";
/** Who waits to be let in to a channel, the longest wait first, each to be approved or dismissed. */
import type { PendingSender } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useRef, useState } from "react";
import type { ChannelDialogProps } from "../channels/connect-dialog.tsx";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { type Decision, type SenderRow as Row, rowsOf } from "./decided.ts";
import { SenderRow } from "./sender-row.tsx";
import classes from "./senders.module.css";
import { useSenders } from "./use-senders.ts";

export function SendersDialog({ channel, opened, onClose, onClosed }: ChannelDialogProps) {
  const text = useTranslations("senders");
  const { data, error, refetch } = useSenders(channel);
  const list = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState("");
  const [shown, setShown] = useState<Row[]>([]);
  const rows = data ? rowsOf(shown, data) : shown;
  // Kept during render, so that no frame is drawn in another order.
  if (JSON.stringify(rows) !== JSON.stringify(shown)) setShown(rows);

  function onDecided(sender: PendingSender, decision: Decision) {
    const name = sender.name ?? sender.sender;
    const decided = (row: Row) => (row.sender.sender === sender.sender ? { ...row, decided: decision } : row);
    setShown((before) => before.map(decided));
    setSaid(text(`done.${decision}`, { name }));
    // The button that had the focus is about to go: another row's takes it, or else the way out.
    const others = [...(list.current?.querySelectorAll<HTMLElement>("[data-approve]") ?? [])];
    const next = others.find((other) => other.dataset.approve !== sender.sender);
    (next ?? list.current?.querySelector<HTMLElement>("[data-close]"))?.focus();
  }

  return (
    <Dialog
      title={text("title", { label: channel.label })}
      opened={opened}
      onClose={onClose}
      onClosed={onClosed}
    >
      <div ref={list} className={dialog.body}>
        <div className={classes.panel} aria-busy={!data && !error}>
          {rows.length > 0 ? (
            <>
              <p className={dialog.quiet}>{text("lead")}</p>
              <ul className={classes.list}>
                {rows.map((row) => (
                  <SenderRow key={row.sender.sender} row={row} onDecided={onDecided} />
                ))}
              </ul>
            </>
          ) : data ? (
            <p className={classes.empty}>{text("empty", { label: channel.label })}</p>
          ) : error ? (
            <div role="alert">
              <ProblemNote failure={error} onAction={{ retry: () => void refetch() }} />
            </div>
          ) : (
            <Waiting />
          )}
        </div>
        <div className="unseen" role="status">
          {said}
        </div>
        <div className={dialog.buttons}>
          <Button data-close data-autofocus onClick={onClose}>
            {text("close")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

/** Two rows' true height. */
function Waiting() {
  const text = useTranslations("senders");
  return (
    <>
      <span className="unseen">{text("loading")}</span>
      <div className={classes.bone} aria-hidden="true" />
      <div className={classes.bone} aria-hidden="true" />
    </>
  );
}
