"use client";
/** What is settled before a channel is connected, whichever way it logs in: its risk, and who may write to it. */
import type { Access, ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useId } from "react";
import { AccessChoice } from "../senders/access-choice.tsx";
import classes from "./connect-terms.module.css";
import type { ConnectWish } from "./use-connect.ts";

export interface Terms {
  access: Access;
  noticeAccepted: boolean;
}

/** The name of the notice's checkbox, for whoever has to put the focus there. */
export const NOTICE_FIELD = "noticeAccepted";

interface ConnectTermsProps {
  channel: ChannelStatus;
  terms: Terms;
  setTerms: (terms: Terms) => void;
  /** A wish was sent without the acceptance that it needs. */
  missing: boolean;
  /** False where the account keeps the access that it has. */
  asksAccess: boolean;
}

export function ConnectTerms({ channel, terms, setTerms, missing, asksAccess }: ConnectTermsProps) {
  const text = useTranslations("terms");
  const id = useId();
  const { label, connect } = channel;
  return (
    <>
      {asksAccess && connect.byApproval && (
        <AccessChoice value={terms.access} onChange={(access) => setTerms({ ...terms, access })} />
      )}
      {connect.notice && (
        <div className={classes.notice}>
          <p id={`${id}-risk`}>{connect.notice}</p>
          <label>
            <input
              type="checkbox"
              name={NOTICE_FIELD}
              checked={terms.noticeAccepted}
              aria-describedby={missing ? `${id}-risk ${id}-missing` : `${id}-risk`}
              aria-invalid={missing || undefined}
              onChange={(event) => setTerms({ ...terms, noticeAccepted: event.currentTarget.checked })}
            />
            {text("accept", { label })}
          </label>
          {missing && (
            <p id={`${id}-missing`} className={classes.missing}>
              {text("missing")}
            </p>
          )}
        </div>
      )}
    </>
  );
}

/** Whether the terms lack what the channel needs before a wish. */
export function lacksAcceptance({ connect }: ChannelStatus, { noticeAccepted }: Terms): boolean {
  return connect.notice !== null && !noticeAccepted;
}

/** The terms as a wish carries them. */
export function wishOf({ connect }: ChannelStatus, { access }: Terms, asksAccess: boolean): ConnectWish {
  return { ...(asksAccess && { access }), ...(connect.notice !== null && { noticeAccepted: true }) };
}
