"use client";
/** What the list says of each endpoint: where it is, how it fares, what it is told; and what can be done to it. */
import type { WebhookEndpoint } from "@cogni/contract";
import { IconDots } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { api } from "../api.ts";
import table from "../parts/data-table.module.css";
import type { Column } from "../parts/data-table.tsx";
import { Menu } from "../parts/menu.tsx";
import { Time, useTimeWords } from "../parts/time-ago.tsx";
import { type EndpointAction, useWebhookChange } from "./use-webhooks.ts";
import classes from "./webhooks.module.css";

export interface EndpointActs {
  readonly open: (of: WebhookEndpoint, action: EndpointAction) => void;
  readonly test: (of: WebhookEndpoint) => void;
  readonly pause: (of: WebhookEndpoint) => void;
  readonly resume: (of: WebhookEndpoint) => void;
  readonly error: Error | null;
  /** What was done last, in words. */
  readonly said: string | null;
}

/** What needs no dialog is done at once. */
export function useEndpointActs(open: EndpointActs["open"]): EndpointActs {
  const text = useTranslations("webhooks");
  const test = useWebhookChange(api.testWebhook);
  const pause = useWebhookChange(api.pauseWebhook);
  const resume = useWebhookChange(api.resumeWebhook);
  const [said, setSaid] = useState<string | null>(null);
  const all = [test, pause, resume];
  const run =
    (act: typeof test | typeof pause, words: (name: string) => string) =>
    (of: WebhookEndpoint): void => {
      setSaid(null);
      for (const one of all) one.reset();
      act.mutate({ id: of.id }, { onSuccess: () => setSaid(words(nameOf(of))) });
    };
  return {
    open,
    test: run(test, (name) => text("tested", { name })),
    pause: run(pause, (name) => text("pausedNow", { name })),
    resume: run(resume, (name) => text("resumed", { name })),
    error: all.find(({ error }) => error)?.error ?? null,
    said,
  };
}

/** What people call it: its description, else the host that it is at. */
export function nameOf({ description, url }: Pick<WebhookEndpoint, "description" | "url">): string {
  return description || new URL(url).host;
}

export function useEndpointColumns(acts: EndpointActs): Column<WebhookEndpoint>[] {
  const text = useTranslations("webhooks");
  return [
    {
      name: "endpoint",
      title: text("column.endpoint"),
      cell: (of) => (
        <div className={table.main}>
          <span>{nameOf(of)}</span>
          <code className={classes.url}>{of.url}</code>
        </div>
      ),
    },
    { name: "health", title: text("column.health"), cell: (of) => <Health of={of} /> },
    {
      name: "types",
      title: text("column.types"),
      cell: ({ eventTypes }) => (
        <span className={table.soft}>
          {eventTypes.map((type) => text(`type.${key(type)}.name`)).join(", ")}
        </span>
      ),
    },
    {
      name: "actions",
      title: text("column.actions"),
      untitled: true,
      cell: (of) => (
        <div data-endpoint={of.id}>
          <Menu
            label={text("more", { name: nameOf(of) })}
            items={[
              { name: "test", text: text("test"), onSelect: () => acts.test(of) },
              { name: "change", text: text("change.open"), onSelect: () => acts.open(of, "change") },
              { name: "rotate", text: text("rotate.open"), onSelect: () => acts.open(of, "rotate") },
              of.paused
                ? { name: "resume", text: text("resume"), onSelect: () => acts.resume(of) }
                : { name: "pause", text: text("pause"), onSelect: () => acts.pause(of) },
              {
                name: "delete",
                text: text("delete.open"),
                danger: true,
                onSelect: () => acts.open(of, "delete"),
              },
            ]}
          >
            <IconDots size={18} stroke={1.75} aria-hidden="true" />
          </Menu>
        </div>
      ),
    },
  ];
}

/** A type as the catalogs' keys can hold it. */
export function key<Type extends string>(type: Type) {
  return type.replace(".", "_") as Type extends `${infer A}.${infer B}` ? `${A}_${B}` : never;
}

/** In as many lines as where it is stands in, whatever comes of what is sent: the log below does not move. */
function Health({ of }: { of: WebhookEndpoint }) {
  const text = useTranslations("webhooks");
  const { ago, until } = useTimeWords();
  const { paused, failingSince, lastSuccessAt, waiting, previousSecretUntil } = of;
  const state = paused ? "paused" : failingSince ? "failing" : lastSuccessAt ? "well" : "new";
  const since = paused?.at ?? failingSince;
  const success =
    state === "well" || state === "failing"
      ? lastSuccessAt
        ? text("lastSuccess", { time: ago(lastSuccessAt) })
        : text("neverSuccess")
      : null;
  return (
    <div className={table.main}>
      <span className={classes.health} data-health={state}>
        {text(`health.${state}`)}
        {since && (
          <span className={classes.soft}>
            <Time at={since}>{text("since", { time: ago(since) })}</Time>
          </span>
        )}
      </span>
      {paused && paused.because !== "wished" && (
        <span className={table.soft}>{text(`because.${paused.because}`)}</span>
      )}
      <span className={table.soft}>
        {[success, waiting > 0 && text("waiting", { count: waiting })].filter(Boolean).join(" · ")}
      </span>
      {previousSecretUntil && (
        <span className={table.soft}>{text("bothSign", { time: until(previousSecretUntil) })}</span>
      )}
    </div>
  );
}
