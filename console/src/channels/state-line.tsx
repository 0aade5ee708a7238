"use client";
/** The state as a dot and in words, and since when; a healthy one has its time among the facts. */
import type { ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { TimeAgo } from "../parts/time-ago.tsx";
import classes from "./state-line.module.css";
import { STATES } from "./states.ts";

export function StateLine({ channel }: { channel: ChannelStatus }) {
  const text = useTranslations("state");
  const { tone, moving } = STATES[channel.state];
  return (
    <div className={classes.line}>
      <span className={classes.state} data-tone={tone} data-moving={moving}>
        <span className={classes.dot} aria-hidden="true" />
        {text(channel.state)}
      </span>
      {channel.since && channel.state !== "connected" && (
        <span className={classes.since}>
          <TimeAgo at={channel.since} />
        </span>
      )}
    </div>
  );
}
