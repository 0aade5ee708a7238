"use client";
/** One delivery: the request, and what each attempt came to. */
import type { WebhookAttempt, WebhookDeliveryDetail } from "@cogni/contract";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import { ApiError } from "../api-call.ts";
import { Button } from "../parts/button.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { LoadFailure } from "../parts/load-failure.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { Fact, Facts, SidePanel } from "../parts/side-panel.tsx";
import { Time, useTimeWords } from "../parts/time-ago.tsx";
import { DeliveryOutcome } from "./delivery-outcome.tsx";
import { key } from "./endpoint-columns.tsx";
import type { Narrowing } from "./use-log-filters.ts";
import { useDelivery, useWebhookChange } from "./use-webhooks.ts";
import classes from "./webhooks.module.css";

export function DeliveryPanel({ id, narrowing }: { id: string; narrowing: Narrowing }) {
  const text = useTranslations("webhooks");
  const { data, error, refetch } = useDelivery(id);
  // An address that was typed, or a delivery that the log no longer has.
  const gone = error instanceof ApiError && (error.status === 404 || error.status === 400);
  return (
    <SidePanel
      title={data ? text(`type.${key(data.type)}.name`) : text("delivery.title")}
      closed={narrowing.hrefOf(null)}
      close={text("delivery.close")}
      from={`[data-delivery="${CSS.escape(id)}"]`}
    >
      {data && <Delivery of={data} />}
      {!data && gone && <p>{text("delivery.none")}</p>}
      {!data && error && !gone && <LoadFailure error={error} retry={() => void refetch()} skeleton={null} />}
      {!data && !error && <p aria-busy="true">{text("delivery.loading")}</p>}
    </SidePanel>
  );
}

function Delivery({ of }: { of: WebhookDeliveryDetail }) {
  const text = useTranslations("webhooks.delivery");
  const { exact } = useTimeWords();
  const again = useWebhookChange(api.redeliverWebhook);
  const ended = of.state === "delivered" || of.state === "failed";
  return (
    <>
      <Facts>
        <Fact name={text("outcome")}>
          {/* Its lines come and go with its state: what stands below does not move. */}
          <div className={classes.outcome}>
            <DeliveryOutcome of={of} />
          </div>
          <Button
            busy={again.isPending || of.state === "sending"}
            onClick={() => again.mutate({ id: of.id })}
          >
            {text(ended ? "again" : "now")}
          </Button>
          <div role="alert">{again.error && <ProblemNote failure={again.error} />}</div>
        </Fact>
        <Fact name={text("to")}>
          <code className={classes.url}>{of.url}</code>
        </Fact>
        <Fact name={text("when")}>
          <time dateTime={of.createdAt}>{exact(of.createdAt)}</time>
        </Fact>
        <Fact name="webhook-id">
          <span className={classes.id}>
            <code>{of.eventId}</code>
            <CopyButton value={of.eventId} label={text("copyId")} />
          </span>
        </Fact>
      </Facts>
      <h3 className={classes.part}>{text("body")}</h3>
      <Code value={pretty(of.body)} copy={of.body} label={text("copyBody")} />
      <h3 className={classes.part}>{text("attempts", { count: of.attemptLog.length })}</h3>
      {of.attemptLog.length === 0 && <p className={classes.soft}>{text("noAttempts")}</p>}
      {/* The first on top: the next one comes below, and moves nothing that is being read. */}
      {of.attemptLog.toReversed().map((attempt) => (
        <Attempt key={attempt.at + attempt.tookMs} of={attempt} opened={attempt === of.attemptLog[0]} />
      ))}
    </>
  );
}

function Attempt({ of, opened }: { of: WebhookAttempt; opened: boolean }) {
  const text = useTranslations("webhooks");
  const { ago } = useTimeWords();
  // It stays so when another one follows.
  const [open] = useState(opened);
  const { at, status, failure, tookMs, requestHeaders, responseHeaders, responseBody } = of;
  return (
    <details className={classes.attempt} open={open}>
      <summary>
        <span className={classes.health} data-health={failure ? "failed" : "delivered"}>
          {status ?? text(`failure.${failure ?? "interrupted"}`)}
        </span>
        <span className={classes.soft}>
          <Time at={at}>{ago(at)}</Time> · {text("tookMs", { ms: tookMs })}
        </span>
      </summary>
      {failure && <p>{text(`reason.${failure}`)}</p>}
      <h4>{text("delivery.request")}</h4>
      <Code value={lines(requestHeaders)} />
      {status !== null && (
        <>
          <h4>{text("delivery.response")}</h4>
          <Code
            value={[lines(responseHeaders), responseBody].filter((part) => part !== "").join("\n\n") || "–"}
          />
        </>
      )}
    </details>
  );
}

function Code({ value, copy, label }: { value: string; copy?: string; label?: string }) {
  return (
    <div className={classes.code}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard has to get there */}
      <pre tabIndex={0}>{value}</pre>
      {copy !== undefined && label !== undefined && <CopyButton value={copy} label={label} />}
    </div>
  );
}

const lines = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");

/** As it was sent it stands on one line. */
function pretty(body: string): string {
  return JSON.stringify(JSON.parse(body), null, 2);
}
