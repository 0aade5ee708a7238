"use client";
/** The list as a file, with the filters as they are: all of it, not only what is shown. */
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { ExportMenu } from "../parts/export-menu.tsx";
import type { AuditSource } from "./use-audit.ts";
import { type AuditFilters, toQuery } from "./use-audit-filters.ts";

const FORMATS = ["csv", "json"] as const;

export function AuditExport({ source: { path }, filters }: { source: AuditSource; filters: AuditFilters }) {
  const text = useTranslations("audit.export");
  return (
    <ExportMenu
      label={text("label")}
      open={text("open")}
      busy={text("busy")}
      forms={FORMATS.map((name) => ({ name, text: text(name) }))}
      fetch={(format) => api.auditFile(path, { ...toQuery(filters), format })}
    />
  );
}
