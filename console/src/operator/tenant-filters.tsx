"use client";
/** The filters above the list of tenants. */
import { IconX } from "@tabler/icons-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "../parts/button.tsx";
import page from "../parts/list-page.module.css";
import { type Filters, STATUSES } from "./use-filters.ts";

interface TenantFiltersProps {
  filters: Filters;
  narrow: (change: Partial<Filters>) => void;
}

/** From the last key to the search. */
const PAUSE_MS = 250;

export function TenantFilters({ filters, narrow }: TenantFiltersProps) {
  const text = useTranslations("operator.tenants");
  const { search, status, gateway } = filters;
  /** Ahead of the address while someone types; null: as the address says, whoever changed that. */
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => {
    if (typed === null) return;
    if (typed === search) return setTyped(null);
    const timer = setTimeout(() => narrow({ search: typed }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, search, narrow]);
  return (
    <search className={page.filters}>
      <input
        type="search"
        aria-label={text("search")}
        placeholder={text("search")}
        value={typed ?? search}
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
