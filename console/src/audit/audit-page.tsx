"use client";
/** Who did what, the newest first: of a tenant, or of the platform. */
import { PLATFORM_ACTIONS, TENANT_ACTIONS } from "@cogni/contract/audit-actions";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { ApiError } from "../api-call.ts";
import { Button } from "../parts/button.tsx";
import { DataTable } from "../parts/data-table.tsx";
import page from "../parts/list-page.module.css";
import { LoadFailure } from "../parts/load-failure.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Panel } from "../parts/panel.tsx";
import { useTenant } from "../tenants/tenant-scope.tsx";
import classes from "./audit.module.css";
import { useAuditColumns } from "./audit-columns.tsx";
import { AuditExport } from "./audit-export.tsx";
import { AuditFilters } from "./audit-filters.tsx";
import { type AuditSource, useAudit } from "./use-audit.ts";
import { useAuditFilters } from "./use-audit-filters.ts";

const AuditEntryPanel = dynamic(() => import("./audit-entry.tsx").then((it) => it.AuditEntryPanel), {
  ssr: false,
});

export function TenantAuditPage() {
  return <AuditPage source={{ key: [useTenant()], path: "/api/v1/audit", channels: true }} />;
}

export function PlatformAuditPage() {
  return <AuditPage source={{ key: ["operator"], path: "/api/v1/operator/audit", channels: false }} />;
}

function AuditPage({ source }: { source: AuditSource }) {
  const text = useTranslations("audit");
  const narrowing = useAuditFilters();
  const { filters, narrowed, entry, hrefOf } = narrowing;
  const list = useAudit(source, filters);
  const columns = useAuditColumns(hrefOf);
  const rows = list.data?.pages.flatMap(({ entries }) => entries);
  const table = (
    <DataTable
      label={text("title")}
      columns={columns}
      rows={rows}
      answers={list.data?.pages[0]?.answers}
      keyOf={({ seq }) => String(seq)}
      current={String(entry)}
    />
  );

  function body() {
    if (list.error && !rows) {
      if (list.error instanceof ApiError && list.error.status === 403) {
        return <Panel level={2} title={text("forbidden.title")} text={text("forbidden.text")} />;
      }
      return <LoadFailure error={list.error} retry={() => void list.refetch()} skeleton={table} />;
    }
    if (rows?.length !== 0) return table;
    return (
      <Panel
        level={2}
        title={text(narrowed ? "noneFound.title" : "empty.title")}
        text={text(narrowed ? "noneFound.text" : "empty.text")}
      />
    );
  }

  return (
    <div className={page.page}>
      <PageHead title={text("title")} lead={text(source.channels ? "lead" : "platformLead")}>
        <AuditExport source={source} filters={filters} />
      </PageHead>
      <AuditFilters
        narrowing={narrowing}
        actions={source.channels ? TENANT_ACTIONS : PLATFORM_ACTIONS}
        rows={rows}
      />
      <p role="status" className={list.error && rows ? classes.stale : "unseen"}>
        {list.error && rows && text("stale")}
      </p>
      {body()}
      {list.hasNextPage && (
        <div className={page.more}>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {text("more")}
          </Button>
        </div>
      )}
      {entry !== null && <AuditEntryPanel source={source} entry={entry} rows={rows} narrowing={narrowing} />}
    </div>
  );
}
