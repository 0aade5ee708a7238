"use client";
/** What is settled before a code is shown. */
import type { ChannelStatus } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { ConnectTerms, lacksAcceptance, NOTICE_FIELD, type Terms } from "../channels/connect-terms.tsx";
import dialog from "../channels/dialog.module.css";
import { Button } from "../parts/button.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";

interface LoginTermsProps {
  channel: ChannelStatus;
  terms: Terms;
  setTerms: (terms: Terms) => void;
  asksAccess: boolean;
  onSubmit: () => void;
  onCancel: () => void;
}

export function LoginTerms(props: LoginTermsProps) {
  const { channel, terms, setTerms, asksAccess, onSubmit, onCancel } = props;
  const text = useTranslations("login");
  const form = useRef<HTMLFormElement>(null);
  const [asked, setAsked] = useState(false);
  const lacking = lacksAcceptance(channel, terms);

  function submit(event: FormEvent) {
    event.preventDefault();
    setAsked(true);
    if (lacking) form.current?.querySelector<HTMLElement>(`[name="${NOTICE_FIELD}"]`)?.focus();
    else onSubmit();
  }

  return (
    <form ref={form} className={dialog.body} onSubmit={submit} noValidate>
      <p>{text("lead", { label: channel.label })}</p>
      <ConnectTerms
        channel={channel}
        terms={terms}
        setTerms={setTerms}
        missing={asked && lacking}
        asksAccess={asksAccess}
      />
      {channel.connect.docsUrl && (
        <OutsideLink href={channel.connect.docsUrl}>{text("docs", { label: channel.label })}</OutsideLink>
      )}
      <div className={dialog.buttons}>
        <Button onClick={onCancel}>{text("cancel")}</Button>
        <Button type="submit" variant="filled" data-autofocus={!asksAccess && !lacking ? true : undefined}>
          {text("show")}
        </Button>
      </div>
    </form>
  );
}
