"use client";
/**
 * What each day cost, as bars. Each bar is a button that narrows the calls below to its day: Tab comes to one of them, the arrows, Home
 * and End go to the others, and what it stands for is told above them all, where nothing moves by it.
 */
import type { UsageReport } from "@cogni/contract";
import { useLocale, useTranslations } from "next-intl";
import { type CSSProperties, type KeyboardEvent, useRef, useState } from "react";
import { useMoneyWords } from "../parts/amount.tsx";
import { timeLocale } from "../parts/relative-time.ts";
import classes from "./cost-chart.module.css";
import { costScale } from "./cost-scale.ts";
import { dayName } from "./span.ts";
import type { UsageView } from "./use-usage-view.ts";

interface CostChartProps {
  /** By day; undefined while it is on its way. */
  report: UsageReport | undefined;
  view: UsageView;
}

export function CostChart({ report, view: { filters, narrow } }: CostChartProps) {
  const text = useTranslations("usage.chart");
  const { money } = useMoneyWords();
  const language = useLocale();
  const list = useRef<HTMLUListElement>(null);
  /** The day that the pointer or the focus is at. */
  const [at, setAt] = useState<string | null>(null);
  const rows = report?.rows.map(({ key, ...sums }) => ({ day: key ?? "", ...sums })) ?? [];
  const { top, shares } = costScale(rows.map(({ cost }) => cost));
  const name = (day: string) => dayName(day, timeLocale(navigator.languages, language));
  const told = ({ day, cost, calls }: (typeof rows)[number]) =>
    text("day", { day: name(day), cost: money(cost), calls });
  const shown = rows.find(({ day }) => day === (at ?? filters.day));
  const reached = rows.some(({ day }) => day === at) ? at : (rows.at(-1)?.day ?? null);

  function onKeyDown({ key, currentTarget }: KeyboardEvent) {
    const bars = [...currentTarget.querySelectorAll("button")];
    const present = bars.findIndex((bar) => bar.matches(":focus"));
    const next = { ArrowLeft: present - 1, ArrowRight: present + 1, Home: 0, End: bars.length - 1 }[key];
    if (next !== undefined) bars[next]?.focus();
  }

  return (
    <figure className={classes.chart} aria-busy={report === undefined}>
      <figcaption>
        <h2>{text("title")}</h2>
        <p aria-hidden="true">{shown ? told(shown) : report && text("hint")}</p>
      </figcaption>
      <div className={classes.plot}>
        <div className={classes.lines} aria-hidden="true">
          {top !== "0" && (
            <>
              <span>{money(top)}</span>
              <span>{money(String(BigInt(top) / 2n))}</span>
            </>
          )}
        </div>
        <ul
          ref={list}
          className={classes.bars}
          aria-label={text("title")}
          onKeyDown={onKeyDown}
          onPointerLeave={() => setAt(null)}
        >
          {rows.map((row, index) => (
            <li key={row.day}>
              <button
                type="button"
                aria-label={told(row)}
                aria-pressed={row.day === filters.day}
                data-none={row.cost === "0"}
                tabIndex={row.day === reached ? 0 : -1}
                style={{ "--share": shares[index] } as CSSProperties}
                onPointerEnter={() => setAt(row.day)}
                onFocus={() => setAt(row.day)}
                onClick={() => narrow({ day: row.day === filters.day ? "" : row.day })}
              />
            </li>
          ))}
        </ul>
      </div>
      <p className={classes.ends} aria-hidden="true">
        <span>{rows[0] && name(rows[0].day)}</span>
        <span>{rows.length > 1 && name(rows.at(-1)?.day ?? "")}</span>
      </p>
    </figure>
  );
}
