"use client";
/** One call in a panel at the side, with all that is known of it, and the ways to what else its request did. It has an address of its own. */
import type { UsageCall } from "@cogni/contract";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useMoneyWords } from "../parts/amount.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { LoadFailure } from "../parts/load-failure.tsx";
import { Fact, Facts, SidePanel } from "../parts/side-panel.tsx";
import { useTimeWords } from "../parts/time-ago.tsx";
import { tenantPath } from "../tenants/paths.ts";
import { useTenant } from "../tenants/tenant-scope.tsx";
import { useOwnTenant } from "../tenants/use-tenants.ts";
import classes from "./usage.module.css";
import { toneOf, useUsageWords } from "./usage-words.ts";
import { useCall } from "./use-usage.ts";
import type { OpenCall, UsageView } from "./use-usage-view.ts";

interface CallPanelProps {
  call: OpenCall;
  view: UsageView;
}

export function CallPanel({ call, view }: CallPanelProps) {
  const text = useTranslations("usage.call");
  const words = useUsageWords();
  const { data, error, refetch } = useCall(call);
  return (
    <SidePanel
      title={data ? text("titleAt", { time: words.when(data) }) : text("title")}
      closed={view.callHref(null)}
      close={text("close")}
      from={`[data-call="${call.id}"]`}
    >
      {data === null && <p>{text("none")}</p>}
      {data && <CallFacts of={data} view={view} />}
      {data === undefined && error && (
        <LoadFailure error={error} retry={() => void refetch()} skeleton={null} />
      )}
      {data === undefined && !error && <p aria-busy="true">{text("loading")}</p>}
    </SidePanel>
  );
}

function CallFacts({ of, view: { filterHref } }: { of: UsageCall; view: UsageView }) {
  const text = useTranslations("usage.call");
  const words = useUsageWords();
  const format = useFormatter();
  const { exact: exactTime } = useTimeWords();
  const { exact } = useMoneyWords();
  const tenant = useTenant();
  const seesAudit = useOwnTenant()?.scopes.includes("audit:read") ?? false;
  const { at, model, answeredBy, conversation, endUser, requestId, firstByteMs } = of;
  return (
    <Facts>
      <Fact name={text("when")}>
        <time dateTime={at}>{exactTime(at)}</time>
      </Fact>
      <Fact name={text("outcome")}>
        <span className={classes.outcome} data-tone={toneOf(of)}>
          {words.outcome(of)}
        </span>
        <span className={classes.soft}>{text("status", { status: of.status })}</span>
      </Fact>
      <Fact name={text("reply")}>{words.reply(of)}</Fact>
      <Fact name={text("cost")}>
        {exact(of.cost)}
        {words.marks(of).map((mark) => (
          <span key={mark} className={classes.soft}>
            {mark}
          </span>
        ))}
      </Fact>
      <Fact name={text("prompt")}>
        {format.number(of.promptTokens)}
        {of.cachedTokens > 0 && (
          <span className={classes.soft}>{text("cached", { count: of.cachedTokens })}</span>
        )}
      </Fact>
      <Fact name={text("completion")}>
        {format.number(of.completionTokens)}
        {of.reasoningTokens > 0 && (
          <span className={classes.soft}>{text("reasoning", { count: of.reasoningTokens })}</span>
        )}
      </Fact>
      <Fact name={text("model")}>
        {model}
        {answeredBy !== null && answeredBy !== model && (
          <span className={classes.soft}>{text("answeredBy", { model: answeredBy })}</span>
        )}
      </Fact>
      <Fact name={text("took")}>
        {words.latency(of.latencyMs)}
        {firstByteMs !== null && (
          <span className={classes.soft}>{text("firstByte", { time: words.latency(firstByteMs) })}</span>
        )}
        <span className={classes.soft}>{text(of.streamed ? "streamed" : "whole")}</span>
      </Fact>
      <Fact name={text("channel")}>{words.channel(of.channel)}</Fact>
      {conversation !== null && (
        <Fact name={text("conversation")}>
          <Id value={conversation} label={text("copyConversation")} />
          <Link href={filterHref({ ...NO_OTHER, conversation })} scroll={false} className={classes.only}>
            {text("itsCalls")}
          </Link>
        </Fact>
      )}
      {endUser !== null && (
        <Fact name={text("endUser")}>
          <Id value={endUser} label={text("copyEndUser")} />
        </Fact>
      )}
      <Fact name={text("request")}>
        <Id value={requestId} label={text("copyRequest")} />
        {seesAudit && (
          <Link
            href={tenantPath(tenant, `audit?requestId=${encodeURIComponent(requestId)}`)}
            className={classes.only}
          >
            {text("toAudit")}
          </Link>
        )}
      </Fact>
      <Fact name={text("id")}>
        <Id value={of.id} label={text("copyId")} />
      </Fact>
    </Facts>
  );
}

/** A conversation is all of its calls. */
const NO_OTHER = { day: "", channel: "", model: "", outcome: "", requestId: "" };

function Id({ value, label }: { value: string; label: string }) {
  return (
    <span className={classes.id}>
      <code>{value}</code>
      <CopyButton value={value} label={label} />
    </span>
  );
}
