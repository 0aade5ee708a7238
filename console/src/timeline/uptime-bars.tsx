/** Bars of green and red, a part of the last days each. For the eye alone: the share stands beside them in words. */

import type { ChannelTimeline } from "@cogni/contract";
import { type Bar, barsOf } from "./up-share.ts";
import classes from "./uptime.module.css";

const WIDTH = 10;
const BAR = 7;
const HEIGHT = 40;
/** Of a part in which nobody watched. */
const EMPTY = 4;

export function UptimeBars({ parts, tall = false }: { parts: ChannelTimeline["parts"]; tall?: boolean }) {
  const bars = barsOf(parts);
  return (
    <svg
      className={classes.bars}
      data-tall={tall}
      viewBox={`0 0 ${Math.max(1, bars.length) * WIDTH - (WIDTH - BAR)} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {bars.map((bar, index) => (
        <g key={bar.from} transform={`translate(${index * WIDTH})`}>
          {bar.up + bar.down === 0 ? (
            <rect width={BAR} height={EMPTY} y={HEIGHT - EMPTY} data-tone="grey" />
          ) : (
            <Watched {...bar} />
          )}
        </g>
      ))}
    </svg>
  );
}

function Watched({ up, down }: Bar) {
  return (
    <>
      <rect width={BAR} height={HEIGHT * down} data-tone="red" />
      <rect width={BAR} height={HEIGHT * up} y={HEIGHT * down} data-tone="green" />
    </>
  );
}
