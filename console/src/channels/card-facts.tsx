"use client";
/** The lower half of a card without a problem: what came and went, what is under way, or what connecting takes. */
import type { ChannelStatus } from "@cogni/contract";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { OutsideLink } from "../parts/outside-link.tsx";
import { TimeAgo, TimeSince, useTimeWords } from "../parts/time-ago.tsx";
import classes from "./card-facts.module.css";

export function CardFacts({ channel }: { channel: ChannelStatus }) {
  const text = useTranslations("card");
  const { state, label } = channel;
  if (state === "not_connected") return <Needs connect={channel.connect} />;
  if (state === "connecting" || state === "awaiting_scan" || state === "disconnecting") {
    return <p className={classes.underway}>{text(state, { label })}</p>;
  }
  const { expiresAt, status } = channel;
  const { lastInboundAt, lastOutboundAt } = status;
  return (
    <dl className={classes.facts}>
      <Connection channel={channel} />
      <Fact name={text("lastIn")}>{lastInboundAt ? <TimeAgo at={lastInboundAt} /> : text("never")}</Fact>
      <Fact name={text("lastOut")}>{lastOutboundAt ? <TimeAgo at={lastOutboundAt} /> : text("never")}</Fact>
      {expiresAt && (
        <Fact name={text("expires")}>
          <TimeSince at={expiresAt} />
        </Fact>
      )}
    </dl>
  );
}

/** Since when it is up; else when it last was; else, while nobody can tell, what was last known. */
function Connection({ channel }: { channel: ChannelStatus }) {
  const text = useTranslations("card");
  const states = useTranslations("state");
  const { ago, exact } = useTimeWords();
  const { state, since, lastKnown, status } = channel;
  if (lastKnown) {
    const words = { state: states(lastKnown.state), time: ago(lastKnown.observedAt) };
    return (
      <Fact name={text("lastKnown")}>
        <span title={exact(lastKnown.observedAt)}>{text("lastKnownState", words)}</span>
      </Fact>
    );
  }
  if (state === "connected") {
    const at = since ?? status.lastConnectedAt;
    return (
      at && (
        <Fact name={text("connectedSince")}>
          <TimeSince at={at} />
        </Fact>
      )
    );
  }
  const at = status.lastConnectedAt;
  return (
    at && (
      <Fact name={text("lastConnected")}>
        <TimeAgo at={at} />
      </Fact>
    )
  );
}

function Needs({ connect }: { connect: ChannelStatus["connect"] }) {
  const text = useTranslations("card");
  const locale = useLocale();
  const required = connect.fields.filter((field) => field.required).map((field) => field.label);
  const isCode = connect.method === "qr";
  const help = isCode ? text("scanHelp") : connect.fields.find((field) => field.required)?.help;
  return (
    <dl className={classes.facts}>
      <Fact name={text("needs")}>
        {isCode ? text("scan") : new Intl.ListFormat(locale).format(required)}
        {connect.docsUrl && (
          <>
            {" · "}
            <OutsideLink href={connect.docsUrl}>{text(isCode ? "about" : "where")}</OutsideLink>
          </>
        )}
        {help && <span className={classes.help}>{help}</span>}
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
