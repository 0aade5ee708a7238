"use client";
/**
 * The line under the page's title. It says what the page is for, and in its place, so that nothing moves, when what is
 * shown is no longer fresh.
 */
import type { StatusDocument } from "@cogni/contract";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useTimeWords } from "../parts/time-ago.tsx";
import classes from "./status-line.module.css";

interface StatusLineProps {
  document: StatusDocument | undefined;
  /** The last look failed. */
  failing: boolean;
  /** Changes arrive as they happen; else somebody has to look for them. */
  live: boolean;
  /** What the page is for, where it is not the channels' own. */
  lead?: string;
}

export function StatusLine({ document, failing, live, lead }: StatusLineProps) {
  const text = useTranslations("channels");
  const trouble = useTrouble(document, failing);
  return (
    <p className={classes.line} role="status" data-trouble={trouble !== null}>
      {trouble ? (
        <>
          <IconAlertTriangle size={15} stroke={1.75} aria-hidden="true" />
          <span>{trouble}</span>
        </>
      ) : live || !document ? (
        (lead ?? text("lead"))
      ) : (
        text("paused")
      )}
    </p>
  );
}

function useTrouble(document: StatusDocument | undefined, failing: boolean): string | null {
  const text = useTranslations("channels");
  const { ago } = useTimeWords();
  if (!document) return null;
  const time = document.observedAt && ago(document.observedAt);
  if (failing && time) return navigator.onLine ? text("stale", { time }) : text("offline", { time });
  if (document.gateway.reachable) return null;
  return time ? text("gatewayDown", { time }) : text("gatewayNeverSeen");
}
