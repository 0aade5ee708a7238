"use client";
/** One alert: what is wrong, since when, what mends it, and that somebody has seen it. */
import type { Alert } from "@cogni/contract";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../parts/button.tsx";
import { useProblemWords } from "../parts/problem-words.ts";
import { Time, TimeAgo, TimeSince, useTimeWords } from "../parts/time-ago.tsx";
import { tenantPath } from "../tenants/paths.ts";
import { useHeadline } from "./alert-words.ts";
import classes from "./alerts.module.css";
import { type AlertScope, useAcknowledge } from "./use-alerts.ts";

interface AlertItemProps {
  alert: Alert;
  scope: AlertScope;
  /** Whether whoever looks may say that it was seen. */
  mayAcknowledge: boolean;
  /** Something was chosen that leads elsewhere. */
  onLeave?: () => void;
}

export function AlertItem({ alert, scope, mayAcknowledge, onLeave = () => undefined }: AlertItemProps) {
  const text = useTranslations("alerts");
  const headline = useHeadline();
  const { words } = useProblemWords();
  const acknowledge = useAcknowledge(scope);
  const { problem, resolvedAt, resolution, acknowledged, needsPerson, since, endsAt } = alert;
  const { cause, remedy } = words(problem);
  const tone = resolvedAt ? "over" : needsPerson ? "trouble" : "waiting";
  const way = resolvedAt ? null : wayTo(alert, scope);
  const title = headline(alert);
  return (
    <li className={classes.alert} data-tone={tone} data-seen={acknowledged !== null}>
      <p className={classes.title}>{title}</p>
      <p className={classes.when}>
        {resolvedAt ? (
          text.rich(resolution === "withdrawn" ? "withdrawn" : "lasted", {
            from: () => <TimeSince at={since} />,
            until: () => <TimeAgo at={resolvedAt} />,
          })
        ) : endsAt ? (
          <Ends at={endsAt} />
        ) : (
          text.rich("since", { time: () => <TimeSince at={since} /> })
        )}
        {acknowledged &&
          !resolvedAt &&
          ` · ${text("seenBy", { name: acknowledged.by.name ?? text("someone") })}`}
      </p>
      {!resolvedAt && (
        <>
          <p>
            {cause} {remedy}
          </p>
          <div className={classes.acts}>
            {way && (
              <Link href={way.href} className={classes.way} onClick={onLeave}>
                {text(`ways.${way.name}`)}
              </Link>
            )}
            {mayAcknowledge && !acknowledged && (
              <Button
                aria-label={text("acknowledgeLabel", { title })}
                busy={acknowledge.isPending}
                onClick={() => acknowledge.mutate(alert.id)}
              >
                {text("acknowledge")}
              </Button>
            )}
          </div>
          {acknowledge.error && !acknowledge.isPending && (
            <p role="alert" className={classes.failed}>
              {text("acknowledgeFailed")}
            </p>
          )}
        </>
      )}
    </li>
  );
}

function Ends({ at }: { at: string }) {
  const text = useTranslations("alerts");
  const { until } = useTimeWords();
  return text.rich("ends", { time: () => <Time at={at}>{until(at)}</Time> });
}

/** Where it is mended; null where nothing but waiting helps. */
function wayTo(
  { kind, channel, subject }: Alert,
  scope: AlertScope,
): { name: "channel" | "keys" | "webhooks" | "limits" | "gateways"; href: string } | null {
  if (scope === "platform")
    return kind === "mail_undeliverable" ? null : { name: "gateways", href: "/operator/gateways" };
  if (kind === "key_expiring") return { name: "keys", href: tenantPath(scope.tenant, "settings/keys") };
  if (kind === "webhook_paused") {
    const only = subject ? `?endpoint=${subject.id}` : "";
    return { name: "webhooks", href: tenantPath(scope.tenant, `settings/webhooks${only}`) };
  }
  if (kind.startsWith("budget_"))
    return { name: "limits", href: tenantPath(scope.tenant, "settings/limits") };
  return channel && { name: "channel", href: tenantPath(scope.tenant, `channels#channel-${channel}`) };
}
