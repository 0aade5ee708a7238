"use client";
/** What was sent, the newest first: narrowed by the address, each in a panel with an address of its own. */
import type { WebhookDelivery, WebhookEndpoint } from "@cogni/contract";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../parts/button.tsx";
import table from "../parts/data-table.module.css";
import { type Column, DataTable } from "../parts/data-table.tsx";
import page from "../parts/list-page.module.css";
import { LoadFailure } from "../parts/load-failure.tsx";
import { Panel } from "../parts/panel.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { DeliveryOutcome } from "./delivery-outcome.tsx";
import { key, nameOf } from "./endpoint-columns.tsx";
import { type Narrowing, STATES, TYPES, useLogFilters } from "./use-log-filters.ts";
import { useDeliveries } from "./use-webhooks.ts";
import classes from "./webhooks.module.css";

const DeliveryPanel = dynamic(() => import("./delivery-panel.tsx").then((it) => it.DeliveryPanel), {
  ssr: false,
});

export function DeliveryLog({ endpoints }: { endpoints: readonly WebhookEndpoint[] }) {
  const text = useTranslations("webhooks.log");
  const narrowing = useLogFilters();
  const { filters, narrowed, delivery } = narrowing;
  const log = useDeliveries(filters);
  const columns = useColumns(endpoints, narrowing);
  const rows = log.data?.pages.flatMap(({ deliveries }) => deliveries);
  const list = (
    <DataTable
      label={text("title")}
      columns={columns}
      rows={rows}
      answers={log.data?.pages[0]?.answers}
      keyOf={({ id }) => id}
      current={delivery ?? undefined}
    />
  );
  return (
    <section className={classes.log} aria-labelledby="deliveries">
      <h2 id="deliveries">{text("title")}</h2>
      <LogFilters narrowing={narrowing} endpoints={endpoints} />
      {log.error && !rows ? (
        <LoadFailure error={log.error} retry={() => void log.refetch()} skeleton={list} />
      ) : rows?.length === 0 ? (
        <Panel
          level={2}
          title={text(narrowed ? "noneFound.title" : "empty.title")}
          text={text(narrowed ? "noneFound.text" : "empty.text")}
        />
      ) : (
        list
      )}
      <p role="status" className={log.error && rows ? classes.stale : "unseen"}>
        {log.error && rows && text("stale")}
      </p>
      {log.hasNextPage && (
        <div className={page.more}>
          <Button busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {text("more")}
          </Button>
        </div>
      )}
      {delivery !== null && <DeliveryPanel id={delivery} narrowing={narrowing} />}
    </section>
  );
}

function useColumns(endpoints: readonly WebhookEndpoint[], { hrefOf }: Narrowing): Column<WebhookDelivery>[] {
  const text = useTranslations("webhooks");
  return [
    {
      name: "what",
      title: text("log.column.what"),
      cell: ({ id, type, channel, endpointId }) => {
        const to = endpoints.find((endpoint) => endpoint.id === endpointId);
        return (
          <div className={table.main}>
            <Link
              href={hrefOf(id)}
              scroll={false}
              prefetch={false}
              className={table.opens}
              data-delivery={id}
            >
              {text(`type.${key(type)}.name`)}
            </Link>
            <span className={table.soft}>
              {[channel, to && nameOf(to)].filter((part) => part).join(" · ")}
            </span>
          </div>
        );
      },
    },
    { name: "outcome", title: text("log.column.outcome"), cell: (of) => <DeliveryOutcome of={of} /> },
    {
      name: "when",
      title: text("log.column.when"),
      cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
    },
  ];
}

function LogFilters({
  narrowing: { filters, narrow },
  endpoints,
}: {
  narrowing: Narrowing;
  endpoints: readonly WebhookEndpoint[];
}) {
  const text = useTranslations("webhooks");
  const choice = (
    name: keyof typeof filters,
    any: string,
    options: readonly (readonly [string, string])[],
  ) => (
    <select
      aria-label={text(`log.filter.${name}`)}
      value={filters[name]}
      onChange={({ target }) => narrow({ [name]: target.value })}
    >
      <option value="">{any}</option>
      {options.map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </select>
  );
  return (
    <search className={`${page.filters} ${classes.filters}`}>
      {choice(
        "endpoint",
        text("log.filter.anyEndpoint"),
        endpoints.map((endpoint) => [endpoint.id, nameOf(endpoint)] as const),
      )}
      {choice(
        "state",
        text("log.filter.anyState"),
        STATES.map((state) => [state, text(`state.${state}`)] as const),
      )}
      {choice(
        "type",
        text("log.filter.anyType"),
        TYPES.map((type) => [type, text(`type.${key(type)}.name`)] as const),
      )}
    </search>
  );
}
