"use client";
import { IconChevronDown } from "@tabler/icons-react";
/** The list as a file, with the filters as they are: all of it, not only what is shown. */
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { api } from "../api.ts";
import { Menu } from "../parts/menu.tsx";
import { ProblemNote } from "../parts/problem-note.tsx";
import classes from "./audit.module.css";
import type { AuditSource } from "./use-audit.ts";
import { type AuditFilters, toQuery } from "./use-audit-filters.ts";

const FORMATS = ["csv", "json"] as const;

export function AuditExport({ source: { path }, filters }: { source: AuditSource; filters: AuditFilters }) {
  const text = useTranslations("audit.export");
  const save = useMutation({
    mutationFn: async (format: (typeof FORMATS)[number]) => {
      const { blob, name } = await api.auditFile(path, { ...toQuery(filters), format });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      // Its address is read when the click has been dealt with.
      setTimeout(() => URL.revokeObjectURL(link.href));
    },
  });
  return (
    <div className={classes.export} aria-busy={save.isPending}>
      <Menu
        label={text("label")}
        className={classes.exportButton}
        items={FORMATS.map((format) => ({
          name: format,
          text: text(format),
          onSelect: () => save.mutate(format),
        }))}
      >
        {text(save.isPending ? "busy" : "open")}
        <IconChevronDown size={14} stroke={1.75} aria-hidden="true" />
      </Menu>
      {save.error && (
        <div role="alert">
          <ProblemNote failure={save.error} />
        </div>
      )}
    </div>
  );
}
