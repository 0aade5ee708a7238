"use client";
/** How far the budgets of this day and month are used, and when they begin anew. One line where none is set. */
import type { LimitStanding, Limits } from "@cogni/contract";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useId } from "react";
import { useMoneyWords } from "../parts/amount.tsx";
import { Button } from "../parts/button.tsx";
import { Time, useTimeWords } from "../parts/time-ago.tsx";
import { tenantPath } from "../tenants/paths.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";
import classes from "./budget-meters.module.css";
import { percentUsed } from "./cost-scale.ts";

interface BudgetMetersProps {
  limits: Limits | undefined;
  error?: Error | null;
  retry?: () => void;
}

/** From there on there is something to look at. */
const NEAR_PERCENT = 80;

export function BudgetMeters({ limits, error = null, retry = () => undefined }: BudgetMetersProps) {
  const text = useTranslations("usage.budgets");
  const again = useTranslations("problem");
  const path = tenantPath(useTenant(), "settings/limits");
  if (!limits) {
    if (!error) return <div className={classes.noBudget} aria-busy="true" />;
    return (
      <p className={classes.noBudget} role="alert">
        {text("failed")} <Button onClick={retry}>{again("retry")}</Button>
      </p>
    );
  }
  if (limits.standing.length === 0) {
    return (
      <p className={classes.noBudget}>
        {text("none")} <Link href={path}>{text("set")}</Link>
      </p>
    );
  }
  return (
    <ul className={classes.budgets} aria-label={text("title")}>
      {limits.standing.map((standing) => (
        <Budget key={standing.limit} of={standing} path={path} />
      ))}
    </ul>
  );
}

function Budget({ of: { limit, used, of, reachedAt, resetsAt }, path }: { of: LimitStanding; path: string }) {
  const text = useTranslations("usage.budgets");
  const names = useTranslations("usage.limits");
  const { money } = useMoneyWords();
  const format = useFormatter();
  const { until } = useTimeWords();
  const id = useId();
  const percent = percentUsed(used, of);
  const tone = reachedAt !== null || percent === 100 ? "reached" : percent >= NEAR_PERCENT ? "near" : "well";
  const amount = (value: string) => (limit.endsWith("_budget") ? money(value) : format.number(BigInt(value)));
  const told = text("usedOf", { used: amount(used), of: amount(of) });
  return (
    <li className={classes.budget} data-tone={tone}>
      <p>
        <span id={id}>{names(limit)}</span>
        <span className={classes.used}>{told}</span>
      </p>
      <meter className="unseen" aria-labelledby={id} aria-valuetext={told} max={100} value={percent} />
      <div className={classes.meter} aria-hidden="true">
        <span style={{ width: `${percent}%` }} />
      </div>
      <p className={classes.note}>
        <span>
          {text.rich(tone, {
            percent: format.number(percent / 100, { style: "percent" }),
            time: () => <Time at={resetsAt}>{until(resetsAt)}</Time>,
          })}
        </span>
        {tone !== "well" && <Link href={path}>{text("change")}</Link>}
      </p>
    </li>
  );
}
