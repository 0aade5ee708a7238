"use client";
/** The state as a dot and in words, with the account's name and since when. */
import type { ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { TimeAgo, useTimeWords } from "../parts/time-ago.tsx";
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
      {channel.displayName && <span className={classes.name}>{channel.displayName}</span>}
      {channel.lastKnown && <LastKnown lastKnown={channel.lastKnown} />}
      {!channel.lastKnown && channel.since && channel.state !== "connected" && (
        <span className={classes.quiet}>
          <TimeAgo at={channel.since} />
        </span>
      )}
    </div>
  );
}

function LastKnown({ lastKnown }: { lastKnown: NonNullable<ChannelStatus["lastKnown"]> }) {
  const text = useTranslations();
  const { ago, exact } = useTimeWords();
  const time = ago(lastKnown.observedAt);
  return (
    <span className={classes.quiet} title={exact(lastKnown.observedAt)}>
      {text("card.lastKnown", { state: text(`state.${lastKnown.state}`), time })}
    </span>
  );
}
