"use client";
/** On the channels, whatever of them is in sight: the latest that waits for a person, and the button that mends it. */
import type { Alert, ChannelId, ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import type { Allows, CardAction } from "../channels/states.ts";
import { isOffered } from "../channels/states.ts";
import { Button } from "../parts/button.tsx";
import { useProblemWords } from "../parts/problem-words.ts";
import { useHeadline } from "./alert-words.ts";
import classes from "./alerts.module.css";
import { unseen, useAlerts, useTenantScope } from "./use-alerts.ts";

interface BannerProps {
  channels: readonly ChannelStatus[];
  allows: Allows;
  open: (channel: ChannelId, action: CardAction) => void;
}

export function Banner({ channels, allows, open }: BannerProps) {
  const text = useTranslations("alerts");
  const headline = useHeadline();
  const { words } = useProblemWords();
  const list = useAlerts(useTenantScope());
  const waiting = unseen(list.data).filter(({ needsPerson, channel }) => needsPerson && channel !== null);
  const [first] = waiting;
  if (!first) return null;
  const channel = channels.find((one) => one.channel === first.channel);
  const action = channel && actionFor(first, channel, allows);
  return (
    <section className={classes.banner} aria-label={text("banner")}>
      <p>
        <strong>{headline(first)}.</strong> {words(first.problem).cause}
        {waiting.length > 1 && ` ${text("others", { count: waiting.length - 1 })}`}
      </p>
      {channel && action && (
        <Button onClick={() => open(channel.channel, action)}>{text(`mend.${action}`)}</Button>
      )}
    </section>
  );
}

/** Null where it has come to be well since, or is not for whoever looks to mend. */
function actionFor(
  { problem }: Alert,
  channel: ChannelStatus,
  allows: Allows,
): "replace" | "scanAgain" | null {
  if (channel.state === "connected" && problem.code !== "credential_expiring") return null;
  const action = channel.connect.method === "qr" ? "scanAgain" : "replace";
  return isOffered(action, channel) && allows(action, channel) ? action : null;
}
