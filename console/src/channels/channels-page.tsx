"use client";
/** Every messenger on offer as a card, kept up to date. */
import { useTranslations } from "next-intl";
import { Banner } from "../alerts/banner.tsx";
import { useOwnTenant, useTenants } from "../tenants/use-tenants.ts";
import { ChannelBoard } from "./channel-board.tsx";
import classes from "./channels-page.module.css";
import type { Allows } from "./states.ts";
import { StatusLine } from "./status-line.tsx";
import { useStatus } from "./use-status.ts";

export function ChannelsPage() {
  const text = useTranslations("channels");
  const status = useStatus();
  const mayWrite = useMayWrite();
  return (
    <div className={classes.page}>
      <div className={classes.heading}>
        <h1>{text("title")}</h1>
        <StatusLine document={status.data} failing={status.isError} live={status.live} />
      </div>
      <ChannelBoard
        status={status}
        allows={mayWrite === undefined ? undefined : mayWrite ? EVERYTHING : NOTHING}
        note={mayWrite === false ? text("readOnly") : null}
        banner={Banner}
      />
    </div>
  );
}

const EVERYTHING: Allows = () => true;
const NOTHING: Allows = () => false;

/** Undefined until it is known, so that no button comes or goes. Where it can't be, the API decides alone. */
function useMayWrite(): boolean | undefined {
  const own = useOwnTenant();
  const { isError } = useTenants();
  return own?.scopes.includes("channels:write") ?? (isError || undefined);
}
