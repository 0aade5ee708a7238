"use client";
/** What was achieved, and where to go from here: at the foot of the window, where no card moves it. */
import type { ChannelStatus, OpenedConnectLink } from "@cogni/contract";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import classes from "./connect.module.css";
import { isEmbedded, returnAddress, tellParent } from "./embedder.ts";

interface WayBackProps {
  link: OpenedConnectLink;
  /** Those that were connected during this visit. */
  connected: readonly ChannelStatus[];
}

export function WayBack({ link, connected }: WayBackProps) {
  const text = useTranslations("connectLink");
  const locale = useLocale();
  const [embedded, setEmbedded] = useState(false);
  useEffect(() => setEmbedded(isEmbedded()), []);
  const { returnUrl, brand, allowedOrigins, expiresAt } = link;
  const isDone = connected.length > 0;
  const names = new Intl.ListFormat(locale).format(connected.map(({ label }) => label));
  const until = new Date(expiresAt).toLocaleTimeString(locale, { timeStyle: "short" });
  const close = () => tellParent({ event: "closed" }, allowedOrigins);
  const channels = connected.map(({ channel }) => channel);
  return (
    <div className={classes.bar}>
      <div className={classes.back}>
        <p role="status">
          {isDone && <strong>{text("done", { count: connected.length, names })} </strong>}
          {isDone && !returnUrl && !embedded ? text("closeTab") : text("until", { time: until })}
        </p>
        {returnUrl ? (
          // "_top": out of the frame, where there is one.
          <a
            className={classes.button}
            data-done={isDone}
            href={returnAddress(returnUrl, channels)}
            target="_top"
            rel="noreferrer"
            onClick={close}
          >
            {text("back", { name: brand.name })}
          </a>
        ) : (
          embedded && (
            <button type="button" className={classes.button} data-done={isDone} onClick={close}>
              {text("close")}
            </button>
          )
        )}
      </div>
    </div>
  );
}
