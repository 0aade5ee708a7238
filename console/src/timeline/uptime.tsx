"use client";
/** A card's last days at a glance, and the way to what happened in them. Its place is kept until it has arrived. */
import type { ChannelTimeline } from "@cogni/contract";
import { useLocale, useTranslations } from "next-intl";
import { percentUp } from "./up-share.ts";
import classes from "./uptime.module.css";
import { UptimeBars } from "./uptime-bars.tsx";

export type Uptime = ChannelTimeline | "loading" | "none" | "failed";

interface UptimeLineProps {
  label: string;
  uptime: Uptime;
  brief: boolean;
  onOpen: () => void;
}

export function UptimeLine({ label, uptime, brief, onOpen }: UptimeLineProps) {
  const text = useTranslations("uptime");
  const locale = useLocale();
  if (uptime === "loading") return <div className={classes.line} data-brief={brief} />;
  if (typeof uptime === "string")
    return (
      <div className={classes.line} data-brief={brief}>
        {text(uptime)}
      </div>
    );
  const { upShare, parts } = uptime;
  const told = upShare === null ? text("none") : text("share", { share: percentUp(upShare, locale) });
  return (
    <button
      type="button"
      className={classes.line}
      data-brief={brief}
      title={told}
      aria-label={text("openLabel", { label, told })}
      onClick={onOpen}
    >
      <UptimeBars parts={parts} />
      {upShare === null || !brief ? told : text("shareBrief", { share: percentUp(upShare, locale) })}
    </button>
  );
}
