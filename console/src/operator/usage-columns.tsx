"use client";
/** What the list says of each tenant's usage. */
import { useFormatter, useTranslations } from "next-intl";
import { Amount } from "../parts/amount.tsx";
import { Button } from "../parts/button.tsx";
import table from "../parts/data-table.module.css";
import type { Column } from "../parts/data-table.tsx";
import classes from "./usage.module.css";
import type { TenantUsage } from "./usage-page.tsx";

export function useUsageColumns(addMoney: (tenant: TenantUsage) => void): Column<TenantUsage>[] {
  const text = useTranslations("operator.usage");
  const format = useFormatter();
  return [
    {
      name: "tenant",
      title: text("tenant"),
      cell: ({ billingAccountId, name }) => (
        <div className={table.main}>
          <span>{name}</span>
          <span className={table.soft}>{billingAccountId}</span>
        </div>
      ),
    },
    {
      name: "calls",
      title: text("calls"),
      number: true,
      cell: ({ calls, estimated }) => (
        <div className={table.main}>
          <span className={classes.plain}>{format.number(calls)}</span>
          {estimated > 0 && <span className={table.soft}>{text("estimated", { count: estimated })}</span>}
        </div>
      ),
    },
    {
      name: "cost",
      title: text("cost"),
      number: true,
      cell: ({ cost, unpriced }) => (
        <div className={table.main}>
          <span>
            <Amount nano={cost} />
          </span>
          {unpriced > 0 && <span className={table.soft}>{text("unpriced", { count: unpriced })}</span>}
        </div>
      ),
    },
    {
      name: "upstream",
      title: text("upstream"),
      number: true,
      cell: (of) => <Upstream of={of} />,
    },
    {
      name: "balance",
      title: text("balance"),
      number: true,
      cell: ({ balance }) => (
        <span className={classes.balance} data-below={balance.startsWith("-")}>
          <Amount nano={balance} />
        </span>
      ),
    },
    {
      name: "act",
      title: text("money"),
      cell: (tenant) => (
        <Button
          aria-label={text("addLabel", { name: tenant.name })}
          data-credit={tenant.billingAccountId}
          onClick={() => addMoney(tenant)}
        >
          {text("add")}
        </Button>
      ),
    },
  ];
}

/** What the upstream says that the same calls cost, and how far the two agree. */
function Upstream({ of: { cost, upstreamCost, unconfirmed, unknown, unknownCost } }: { of: TenantUsage }) {
  const text = useTranslations("operator.usage");
  const difference = upstreamCost === null ? 0n : BigInt(upstreamCost) - BigInt(cost);
  const parts = [
    unconfirmed > 0 && text("unconfirmed", { count: unconfirmed }),
    unknown > 0 && text.rich("unknown", { count: unknown, cost: () => <Amount nano={unknownCost} /> }),
  ];
  return (
    <div className={table.main}>
      {upstreamCost === null ? (
        <span className={table.soft}>{text("saysNothing")}</span>
      ) : (
        <span className={classes.plain}>
          <Amount nano={upstreamCost} />
        </span>
      )}
      {upstreamCost !== null && (
        <span className={classes.difference} data-differs={difference !== 0n}>
          {difference === 0n
            ? text("agrees")
            : text.rich(difference > 0n ? "above" : "below", {
                amount: () => <Amount nano={String(difference > 0n ? difference : -difference)} />,
              })}
        </span>
      )}
      {parts.map(
        (part, index) =>
          part && (
            // biome-ignore lint/suspicious/noArrayIndexKey: they never change places
            <span key={index} className={table.soft}>
              {part}
            </span>
          ),
      )}
    </div>
  );
}
