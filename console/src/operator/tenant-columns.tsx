"use client";
/** What the list says of each tenant. */
import type { TenantOverview } from "@cogni/contract";
import { useTranslations } from "next-intl";
import classes from "../parts/data-table.module.css";
import type { Column } from "../parts/data-table.tsx";
import { TimeSince } from "../parts/time-ago.tsx";
import { ConnectionCounts } from "./connection-counts.tsx";
import { type TenantAction, TenantMenu } from "./tenant-menu.tsx";

/** @param busy the id of the one whose status is about to change */
export function useTenantColumns(
  act: (action: TenantAction, tenant: TenantOverview) => void,
  busy: string | null,
): Column<TenantOverview>[] {
  const text = useTranslations("operator.tenants");
  return [
    {
      name: "tenant",
      title: text("tenant"),
      cell: ({ id, name }) => (
        <div className={classes.main}>
          <span>{name}</span>
          <span className={classes.soft}>{id}</span>
        </div>
      ),
    },
    {
      name: "status",
      title: text("status"),
      cell: ({ id, status }) => (
        <span className={classes.badge} data-status={status} aria-busy={id === busy}>
          {text(`statuses.${status}`)}
        </span>
      ),
    },
    {
      name: "gateway",
      title: text("gateway"),
      cell: ({ gateway }) => gateway ?? <span className={classes.soft}>{text("noGateway")}</span>,
    },
    { name: "members", title: text("members"), number: true, cell: ({ members }) => members },
    {
      name: "connections",
      title: text("connections"),
      cell: ({ connections }) => <ConnectionCounts counts={connections} />,
    },
    { name: "created", title: text("created"), cell: ({ createdAt }) => <TimeSince at={createdAt} /> },
    {
      name: "actions",
      title: text("actions"),
      untitled: true,
      cell: (tenant) => <TenantMenu of={tenant} act={act} />,
    },
  ];
}
