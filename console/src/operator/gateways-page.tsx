"use client";
/** The gateways: whether they answer, who watches them, what they hold; and whether new tenants are placed there. */
import type { GatewayOverview } from "@cogni/contract";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { Button } from "../parts/button.tsx";
import classes from "../parts/data-table.module.css";
import { type Column, DataTable } from "../parts/data-table.tsx";
import page from "../parts/list-page.module.css";
import { LoadFailure } from "../parts/load-failure.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Panel } from "../parts/panel.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { ConnectionCounts } from "./connection-counts.tsx";
import { GATEWAYS_KEY } from "./keys.ts";

const LOOK_AGAIN_MS = 10_000;

export function GatewaysPage() {
  const text = useTranslations("operator.gateways");
  const cache = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: GATEWAYS_KEY,
    queryFn: ({ signal }) => api.operatorGateways(signal),
    refetchInterval: LOOK_AGAIN_MS,
  });
  const drain = useMutation({
    mutationFn: api.drainGateway,
    onSettled: () => cache.invalidateQueries({ queryKey: GATEWAYS_KEY }),
  });
  const columns: Column<GatewayOverview>[] = [
    {
      name: "gateway",
      title: text("gateway"),
      cell: ({ id, address, draining }) => (
        <div className={classes.main}>
          <span>{id}</span>
          <span className={classes.soft}>{address}</span>
          {draining && <span className={classes.badge}>{text("draining")}</span>}
        </div>
      ),
    },
    { name: "state", title: text("state"), cell: (gateway) => <Reachable gateway={gateway} /> },
    {
      name: "lease",
      title: text("watchedBy"),
      cell: ({ lease }) => <span className={classes.soft}>{lease ? lease.holder : text("nobody")}</span>,
    },
    {
      name: "tenants",
      title: text("tenants"),
      number: true,
      cell: ({ id, tenants }) => (
        <Link href={`/operator/tenants?gateway=${encodeURIComponent(id)}`}>
          {text("count", { count: tenants })}
        </Link>
      ),
    },
    {
      name: "connections",
      title: text("connections"),
      cell: ({ connections, capacity }) => (
        <div className={classes.main}>
          <ConnectionCounts counts={connections} />
          <span className={classes.soft}>{text("capacity", { used: total(connections), capacity })}</span>
        </div>
      ),
    },
    {
      name: "act",
      title: text("placing"),
      cell: ({ id, draining }) => (
        <Button
          aria-label={text(draining ? "placeLabel" : "drainLabel", { id })}
          busy={drain.isPending && drain.variables.gateway === id}
          onClick={() => drain.mutate({ gateway: id, draining: !draining })}
        >
          {text(draining ? "place" : "drain")}
        </Button>
      ),
    },
  ];
  const table = (
    <DataTable label={text("title")} columns={columns} rows={data?.gateways} keyOf={({ id }) => id} />
  );
  return (
    <div className={page.page}>
      <PageHead title={text("title")} lead={text("lead")} />
      {drain.error && !drain.isPending && (
        <div role="alert">
          <ProblemNote failure={drain.error} />
        </div>
      )}
      {error && !data ? (
        <LoadFailure error={error} retry={() => void refetch()} skeleton={table} />
      ) : data?.gateways.length === 0 ? (
        <Panel level={2} title={text("empty.title")} text={text("empty.text")} />
      ) : (
        table
      )}
    </div>
  );
}

function Reachable({ gateway: { reachable, observedAt } }: { gateway: GatewayOverview }) {
  const text = useTranslations("operator.gateways");
  return (
    <div className={classes.main}>
      <span className={classes.reach} data-reachable={reachable}>
        {text(reachable ? "reachable" : "unreachable")}
      </span>
      <span className={classes.soft}>
        {observedAt ? text.rich("seen", { time: () => <TimeAgo at={observedAt} /> }) : text("neverSeen")}
      </span>
    </div>
  );
}

function total(counts: GatewayOverview["connections"]): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
