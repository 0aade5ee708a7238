"use client";
/** The state as a dot and in words, since when, where that matters to whoever waits, and who else waits. */
import type { ChannelState, ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { Time, useTimeWords } from "../parts/time-ago.tsx";
import classes from "./state-line.module.css";
import { STATES } from "./states.ts";

interface StateLineProps {
  channel: ChannelStatus;
  /** Shows the people who wait to be let in; null for those who let nobody in. */
  onSenders: (() => void) | null;
}

export function StateLine({ channel, onSenders }: StateLineProps) {
  const text = useTranslations("card");
  const { since } = useTimeWords();
  const { label, state, pendingSenders: count } = channel;
  return (
    <div className={classes.line}>
      <StateMark state={state} moving={STATES[state].moving} />
      {channel.since && STATES[state].dated && (
        <span className={classes.since}>
          <Time at={channel.since}>{text("since", { time: since(channel.since) })}</Time>
        </span>
      )}
      {count > 0 && onSenders && (
        <button
          type="button"
          className={classes.waiting}
          aria-label={text("waitingLabel", { count, label })}
          onClick={onSenders}
        >
          {text("waiting", { count })}
        </button>
      )}
    </div>
  );
}

export function StateMark({ state, moving = false }: { state: ChannelState; moving?: boolean }) {
  const states = useTranslations("state");
  return (
    <span className={classes.state} data-tone={STATES[state].tone} data-moving={moving}>
      <span className={classes.dot} aria-hidden="true" />
      {states(state)}
    </span>
  );
}
