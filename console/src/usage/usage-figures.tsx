"use client";
/** A span of days in four figures. Their places are as large before they are there. */
import type { UsageSums } from "@cogni/contract";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Amount } from "../parts/amount.tsx";
import classes from "./usage.module.css";

export function UsageFigures({ total }: { total: UsageSums | undefined }) {
  const text = useTranslations("usage.figures");
  const format = useFormatter();
  const unpriced = total && total.unpriced > 0;
  return (
    <dl className={classes.figures} aria-busy={total === undefined}>
      <Figure
        name={text("cost")}
        note={total && (unpriced ? text("unpriced", { count: total.unpriced }) : "")}
        warns={unpriced}
      >
        {total && <Amount nano={total.cost} />}
      </Figure>
      <Figure
        name={text("calls")}
        note={total && (total.estimated > 0 ? text("estimated", { count: total.estimated }) : "")}
      >
        {total && format.number(total.calls)}
      </Figure>
      <Figure
        name={text("tokens")}
        note={total && (total.cachedTokens > 0 ? text("cached", { count: total.cachedTokens }) : "")}
      >
        {total && format.number(total.promptTokens + total.completionTokens)}
      </Figure>
      <Figure name={text("limited")} note={total && (total.limited > 0 ? text("limitedNote") : "")}>
        {total && format.number(total.limited)}
      </Figure>
    </dl>
  );
}

interface FigureProps {
  name: string;
  note: string | undefined;
  warns?: boolean | undefined;
  children: ReactNode;
}

function Figure({ name, note, warns = false, children }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children ?? <span className={classes.bone} />}</dd>
      <dd className={classes.note} data-warns={warns}>
        {note}
      </dd>
    </div>
  );
}
