"use client";
/** The channels of an opened link, as the channels' own page shows them, and the way back. */
import type { ChannelStatus, OpenedConnectLink } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError } from "../api-call.ts";
import { ChannelBoard } from "../channels/channel-board.tsx";
import type { CardAction } from "../channels/states.ts";
import { StatusLine } from "../channels/status-line.tsx";
import { useStatus } from "../channels/use-status.ts";
import { ConnectFrame } from "./connect-frame.tsx";
import { tellParent } from "./embedder.ts";
import { EndedLink } from "./ended-link.tsx";
import { LinkScope } from "./link-scope.tsx";
import { useVisit } from "./visit.ts";
import { WayBack } from "./way-back.tsx";

export function OpenedLink({ link }: { link: OpenedConnectLink }) {
  return (
    <LinkScope bearer={link.bearer}>
      <Channels link={link} />
    </LinkScope>
  );
}

/** Who writes, and how it was in the last days, is the tenant's own to see. */
const NEVER: readonly CardAction[] = ["access", "senders", "uptime"];
/** What takes a channel down; of one that was connected before, the server refuses it. */
const TAKES_DOWN: readonly CardAction[] = ["disconnect", "cancelLogin"];

function Channels({ link }: { link: OpenedConnectLink }) {
  const text = useTranslations("connectLink");
  const { brand, allowedOrigins, expiresAt } = link;
  const status = useStatus();
  const visit = useVisit(status.data?.channels ?? []);
  const isOver = useIsOver(expiresAt) || (status.error instanceof ApiError && status.error.status === 401);

  const told = useRef<readonly string[]>([]);
  const connected = visit.connected.join();
  useEffect(() => {
    const now = connected === "" ? [] : connected.split(",");
    for (const channel of now) {
      if (!told.current.includes(channel)) tellParent({ event: "connected", channel }, allowedOrigins);
    }
    told.current = now;
  }, [connected, allowedOrigins]);

  const touched = visit.touched.join();
  const allows = useCallback(
    (action: CardAction, { channel }: ChannelStatus) =>
      !NEVER.includes(action) && (!TAKES_DOWN.includes(action) || touched.split(",").includes(channel)),
    [touched],
  );

  if (isOver) return <EndedLink />;
  const done = status.data?.channels.filter(({ channel }) => visit.connected.includes(channel)) ?? [];
  return (
    <ConnectFrame brand={brand} bar={<WayBack link={link} connected={done} />}>
      <h1>{text("heading", { name: brand.name })}</h1>
      <StatusLine document={status.data} failing={status.isError} live={status.live} lead={text("lead")} />
      <ChannelBoard status={status} allows={allows} history={false} />
    </ConnectFrame>
  );
}

function useIsOver(expiresAt: string): boolean {
  const [isOver, setIsOver] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsOver(true), Math.max(0, Date.parse(expiresAt) - Date.now()));
    return () => clearTimeout(timer);
  }, [expiresAt]);
  return isOver;
}
