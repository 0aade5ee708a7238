"use client";
/** The alerts of a tenant, or of the platform, below the bell: those that stand, then the last that are over. */
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { LoadFailure } from "../parts/load-failure.tsx";
import { useOwnTenant } from "../tenants/use-tenants.ts";
import { AlertItem } from "./alert-item.tsx";
import classes from "./alerts.module.css";
import type { AlertScope, useAlerts } from "./use-alerts.ts";

const MOST_OVER = 3;

interface AlertListProps {
  scope: AlertScope;
  list: ReturnType<typeof useAlerts>;
  onLeave: () => void;
}

export function AlertList({ scope, list, onLeave }: AlertListProps) {
  const text = useTranslations("alerts");
  const own = useOwnTenant();
  const heading = useRef<HTMLHeadingElement>(null);
  const mayAcknowledge = scope === "platform" || (own?.scopes.includes("channels:write") ?? false);
  useEffect(() => {
    // The first of two takes the focus.
    if (!heading.current?.closest("[role=dialog]")?.contains(document.activeElement))
      heading.current?.focus();
  }, []);
  const skeleton = <div className={classes.bone} aria-busy="true" />;
  const open = list.data?.alerts.filter(({ resolvedAt }) => !resolvedAt) ?? [];
  const over = (list.data?.alerts.filter(({ resolvedAt }) => resolvedAt) ?? []).slice(0, MOST_OVER);
  const draw = (alerts: typeof open) =>
    alerts.map((alert) => (
      <AlertItem
        key={alert.id}
        alert={alert}
        scope={scope}
        mayAcknowledge={mayAcknowledge}
        onLeave={onLeave}
      />
    ));
  return (
    <section className={classes.list}>
      <h2 ref={heading} tabIndex={-1}>
        {scope === "platform" ? text("platform") : text("of", { name: own?.billingAccountName ?? "" })}
      </h2>
      {list.data ? (
        <>
          {open.length > 0 ? <ul>{draw(open)}</ul> : <p className={classes.none}>{text("none")}</p>}
          {over.length > 0 && (
            <>
              <h3>{text("over")}</h3>
              <ul>{draw(over)}</ul>
            </>
          )}
        </>
      ) : list.error ? (
        <LoadFailure error={list.error} retry={() => void list.refetch()} skeleton={skeleton} />
      ) : (
        skeleton
      )}
    </section>
  );
}
