"use client";
/** The cards of the channels, and the dialogs in which something is done about one. */
import type { ChannelId, ChannelStatus, StatusDocument } from "@cogni/contract";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { type ComponentType, useCallback, useState } from "react";
import { LoadFailure } from "../parts/load-failure.tsx";
import { Panel } from "../parts/panel.tsx";
import type { Uptime } from "../timeline/uptime.tsx";
import { useTimeline } from "../timeline/use-timeline.ts";
import { Announcer } from "./announcer.tsx";
import { CardSkeletons } from "./card-skeletons.tsx";
import { ChannelCard, focusCard } from "./channel-card.tsx";
import classes from "./channels-page.module.css";
import { keepOrder } from "./order.ts";
import type { Allows, CardAction } from "./states.ts";
import type { useStatus } from "./use-status.ts";

// A dialog is no part of the first load; it is fetched when the pointer or the focus comes near a card.
const load = {
  connect: () => import("./connect-dialog.tsx").then((module) => module.ConnectDialog),
  login: () => import("../login/login-dialog.tsx").then((module) => module.LoginDialog),
  access: () => import("../senders/access-dialog.tsx").then((module) => module.AccessDialog),
  senders: () => import("../senders/senders-dialog.tsx").then((module) => module.SendersDialog),
  uptime: () => import("../timeline/timeline-dialog.tsx").then((module) => module.TimelineDialog),
  disconnect: () => import("./disconnect-dialog.tsx").then((module) => module.DisconnectDialog),
};
const DIALOGS = {
  connect: dynamic(load.connect, { ssr: false }),
  login: dynamic(load.login, { ssr: false }),
  access: dynamic(load.access, { ssr: false }),
  senders: dynamic(load.senders, { ssr: false }),
  uptime: dynamic(load.uptime, { ssr: false }),
  disconnect: dynamic(load.disconnect, { ssr: false }),
};
// A failure here is none yet: it counts when a dialog is asked for, and shows then.
const loadDialogs = () => Promise.all(Object.values(load).map((one) => one())).catch(() => null);

function dialogFor(action: CardAction, { connect }: ChannelStatus) {
  if (action === "access" || action === "senders" || action === "uptime") return DIALOGS[action];
  if (action === "disconnect" || action === "cancelLogin") return DIALOGS.disconnect;
  return connect.method === "qr" ? DIALOGS.login : DIALOGS.connect;
}

interface OpenDialog {
  channel: ChannelId;
  action: CardAction;
  opened: boolean;
}

interface BannerProps {
  channels: readonly ChannelStatus[];
  allows: Allows;
  open: (channel: ChannelId, action: CardAction) => void;
}

interface ChannelBoardProps {
  status: ReturnType<typeof useStatus>;
  /** What whoever looks may do, the same function as long as it says the same; undefined until it is known. */
  allows: Allows | undefined;
  /** Stands above the cards. */
  note?: string | null;
  /** What stands above the cards and opens their dialogs. */
  banner?: ComponentType<BannerProps>;
  /** Whether it is told how the channels were in the last days. */
  history?: boolean;
}

export function ChannelBoard({
  status,
  allows,
  note = null,
  banner: Above,
  history = true,
}: ChannelBoardProps) {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const open = useCallback(
    (channel: ChannelId, action: CardAction) => setDialog({ channel, action, opened: true }),
    [],
  );

  const subject = status.data?.channels.find(({ channel }) => channel === dialog?.channel);
  const Dialog = dialog && subject && dialogFor(dialog.action, subject);
  return (
    <>
      {Above && status.data && allows && (
        <Above channels={status.data.channels} allows={allows} open={open} />
      )}
      {status.data && allows ? (
        <Cards document={status.data} open={open} allows={allows} note={note} history={history} />
      ) : status.error && !status.data ? (
        <LoadFailure error={status.error} retry={() => void status.refetch()} skeleton={<CardSkeletons />} />
      ) : (
        <CardSkeletons />
      )}
      <Announcer channels={status.data?.channels} />
      {Dialog && (
        <Dialog
          channel={subject}
          seenAt={status.dataUpdatedAt}
          opened={dialog.opened}
          onClose={() => setDialog({ ...dialog, opened: false })}
          onClosed={() => {
            setDialog(null);
            focusCard(dialog.channel);
          }}
        />
      )}
    </>
  );
}

interface CardsProps {
  document: StatusDocument;
  open: (channel: ChannelId, action: CardAction) => void;
  allows: Allows;
  note: string | null;
  history: boolean;
}

function Cards({ document, open, allows, note, history }: CardsProps) {
  const text = useTranslations("channels");
  const timeline = useTimeline(history);
  const [shown, setShown] = useState<ChannelId[]>([]);
  const order = keepOrder(shown, document.channels);
  // Kept during render, so that no frame is ever drawn in another order.
  if (order.join() !== shown.join()) setShown(order);

  if (order.length === 0) {
    return <Panel level={2} title={text("empty.title")} text={text("empty.text")} />;
  }
  return (
    <>
      {note !== null && <p className={classes.readOnly}>{note}</p>}
      <ul
        className={classes.cards}
        aria-label={text("list")}
        onPointerEnter={loadDialogs}
        onFocus={loadDialogs}
      >
        {order.map((id) => {
          const channel = document.channels.find((candidate) => candidate.channel === id);
          if (!channel) return null;
          const uptime: Uptime | undefined = timeline.data?.channels.find((one) => one.channel === id);
          return (
            <ChannelCard
              key={id}
              channel={channel}
              uptime={
                history
                  ? (uptime ?? (timeline.isPending ? "loading" : timeline.data ? "none" : "failed"))
                  : null
              }
              open={open}
              allows={allows}
            />
          );
        })}
      </ul>
    </>
  );
}
