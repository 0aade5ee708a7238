"use client";
/** The lower half of a healthy card: what came and went, or what connecting takes. */
import type { ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { OutsideLink } from "../parts/outside-link.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import classes from "./card-facts.module.css";

export function CardFacts({ channel }: { channel: ChannelStatus }) {
  const text = useTranslations("card");
  if (channel.accountId === null) return <Needs connect={channel.connect} />;
  const { lastConnectedAt, lastInboundAt, lastOutboundAt } = channel.status;
  const connectedSince = channel.state === "connected" ? (channel.since ?? lastConnectedAt) : null;
  return (
    <dl className={classes.facts}>
      <Fact name={text("connectedSince")}>
        {connectedSince ? <TimeAgo at={connectedSince} /> : text("notYet")}
      </Fact>
      <Fact name={text("lastIn")}>{lastInboundAt ? <TimeAgo at={lastInboundAt} /> : text("never")}</Fact>
      <Fact name={text("lastOut")}>{lastOutboundAt ? <TimeAgo at={lastOutboundAt} /> : text("never")}</Fact>
    </dl>
  );
}

function Needs({ connect }: { connect: ChannelStatus["connect"] }) {
  const text = useTranslations("card");
  const required = connect.fields.filter((field) => field.required).map((field) => field.label);
  return (
    <dl className={classes.facts}>
      <Fact name={text("needs")}>
        {connect.method === "qr" ? text("scan") : new Intl.ListFormat("en").format(required)}
        {connect.docsUrl && (
          <>
            {" · "}
            <OutsideLink href={connect.docsUrl}>{text("where")}</OutsideLink>
          </>
        )}
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
