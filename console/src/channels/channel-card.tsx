"use client";
/** One messenger: what it is, how it is, what is wrong with it, and what can be done. */
import type { ChannelId, ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { memo } from "react";
import { Button } from "../parts/button.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { type Uptime, UptimeLine } from "../timeline/uptime.tsx";
import { CardFacts } from "./card-facts.tsx";
import { CardMenu } from "./card-menu.tsx";
import classes from "./channel-card.module.css";
import { StateLine } from "./state-line.tsx";
import { type Allows, type CardAction, isOffered, STATES } from "./states.ts";

interface ChannelCardProps {
  channel: ChannelStatus;
  /** Null: it is not told. */
  uptime: Uptime | null;
  open: (channel: ChannelId, action: CardAction) => void;
  allows: Allows;
}

/** Memoised: a poll that changed one channel draws one card. */
export const ChannelCard = memo(function ChannelCard({ channel, uptime, open, allows }: ChannelCardProps) {
  const text = useTranslations("card");
  const { main, menu } = STATES[channel.state];
  const offered = (action: CardAction) => isOffered(action, channel) && allows(action, channel);
  const act = (action: CardAction) => open(channel.channel, action);
  // That the gateway is away is told once, above the cards; here, what was last known of this one says more.
  const problem = channel.lastKnown ? null : channel.problem;
  const history = uptime !== null && channel.state !== "not_connected" && (
    <UptimeLine label={channel.label} uptime={uptime} brief={problem !== null} onOpen={() => act("uptime")} />
  );
  return (
    <li className={classes.card} id={cardId(channel.channel)} aria-labelledby={titleId(channel.channel)}>
      <div className={classes.head}>
        <span className={classes.glyph} aria-hidden="true">
          {channel.label.charAt(0).toUpperCase()}
        </span>
        <div className={classes.names}>
          <div className={classes.title}>
            <h2 id={titleId(channel.channel)} tabIndex={-1}>
              {channel.label}
            </h2>
            {channel.displayName && <span title={channel.displayName}>{channel.displayName}</span>}
          </div>
          <StateLine channel={channel} onSenders={offered("senders") ? () => act("senders") : null} />
        </div>
        {main && offered(main) && (
          <Button
            // Another action is another button: one that stayed would be seen to move.
            key={main}
            data-main
            aria-label={text(`${main}Label`, { label: channel.label })}
            onClick={() => act(main)}
          >
            {text(main)}
          </Button>
        )}
        <CardMenu label={channel.label} actions={menu.filter(offered)} onAction={act} />
      </div>
      <div className={classes.body}>
        {problem ? (
          <ProblemNote
            failure={problem}
            aside={history}
            calm={channel.state === "not_connected"}
            onAction={{
              ...(offered("replace") && { replace_credential: () => act("replace") }),
              ...(offered("scanAgain") && { scan_again: () => act("scanAgain") }),
            }}
          />
        ) : (
          <>
            <CardFacts channel={channel} />
            {history}
          </>
        )}
      </div>
    </li>
  );
});

/** Where the focus goes back to when a dialog of this card has closed: the button that is there now, or the name. */
export function focusCard(channel: ChannelId): void {
  const card = document.getElementById(cardId(channel));
  const target = card?.querySelector<HTMLElement>("[data-main]") ?? document.getElementById(titleId(channel));
  target?.focus();
}

const cardId = (channel: ChannelId) => `channel-${channel}`;
const titleId = (channel: ChannelId) => `channel-${channel}-title`;
