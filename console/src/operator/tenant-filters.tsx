"use client";
/** The filters above the list of tenants. */
import { IconX } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "../parts/button.tsx";
import page from "./page.module.css";
import { type Filters, STATUSES } from "./use-filters.ts";

interface TenantFiltersProps {
  filters: Filters;
  narrow: (change: Partial<Filters>) => void;
}

/** From the last key to the search. */
const PAUSE_MS = 250;

export function TenantFilters({ filters, narrow }: TenantFiltersProps) {
  const text = useTranslations("operator.tenants");
  const { status, gateway } = filters;
  const [typed, setTyped] = useState(filters.search);
  // biome-ignore lint/correctness/useExhaustiveDependencies: by what is typed alone, whatever the address says meanwhile
  useEffect(() => {
    if (typed === filters.search) return;
    const timer = setTimeout(() => narrow({ search: typed }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <search className={page.filters}>
      <input
        type="search"
        aria-label={text("search")}
        placeholder={text("search")}
        value={typed}
        maxLength={80}
        onChange={(event) => setTyped(event.target.value)}
      />
      <select
        aria-label={text("status")}
        value={status ?? ""}
        onChange={({ target }) => narrow({ status: STATUSES.find((one) => one === target.value) ?? null })}
      >
        <option value="">{text("anyStatus")}</option>
        {STATUSES.map((one) => (
          <option key={one} value={one}>
            {text(`statuses.${one}`)}
          </option>
        ))}
      </select>
      {gateway !== null && (
        <Button aria-label={text("onlyOnLabel", { gateway })} onClick={() => narrow({ gateway: null })}>
          {text("onlyOn", { gateway })}
          <IconX size={14} stroke={1.75} aria-hidden="true" />
        </Button>
      )}
    </search>
  );
}
