"use client";
/** How many connections are in which state; the ones that need somebody first. */
import type { ChannelState, StateCounts } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { StateMark } from "../channels/state-line.tsx";
import classes from "../parts/data-table.module.css";

const ORDER: readonly ChannelState[] = [
  "action_required",
  "reconnecting",
  "unknown",
  "connecting",
  "awaiting_scan",
  "disconnecting",
  "connected",
  "not_connected",
];

export function ConnectionCounts({ counts }: { counts: StateCounts }) {
  const text = useTranslations("operator");
  const present = ORDER.filter((state) => counts[state]);
  if (present.length === 0) return <span className={classes.none}>{text("noConnections")}</span>;
  return (
    <ul className={classes.counts}>
      {present.map((state) => (
        <li key={state}>
          <StateMark state={state} /> <span>{counts[state]}</span>
        </li>
      ))}
    </ul>
  );
}
