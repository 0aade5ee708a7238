"use client";
/** The state as a dot and in words, and since when, where that matters to whoever waits. */
import type { ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { Time, useTimeWords } from "../parts/time-ago.tsx";
import classes from "./state-line.module.css";
import { STATES } from "./states.ts";

export function StateLine({ channel }: { channel: ChannelStatus }) {
  const text = useTranslations("card");
  const states = useTranslations("state");
  const { since } = useTimeWords();
  const { tone, moving, dated } = STATES[channel.state];
  return (
    <div className={classes.line}>
      <span className={classes.state} data-tone={tone} data-moving={moving}>
        <span className={classes.dot} aria-hidden="true" />
        {states(channel.state)}
      </span>
      {channel.since && dated && (
        <span className={classes.since}>
          <Time at={channel.since}>{text("since", { time: since(channel.since) })}</Time>
        </span>
      )}
    </div>
  );
}
