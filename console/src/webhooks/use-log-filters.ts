"use client";
/** What the log is narrowed to, and which delivery is open. It stands in the address, so that it can be handed on and gone back to. */
import type { WebhookDeliveryState, WebhookMessageType } from "@cogni/contract";
import { usePathname, useRouter, useSearchParams } from "next/navigation";

/** As the contract has them, which is not loaded this early. */
export const STATES = [
  "waiting",
  "sending",
  "delivered",
  "failed",
] as const satisfies readonly WebhookDeliveryState[];
export const EVENT_TYPES = ["channel.state_changed", "alert.opened", "alert.resolved"] as const;
export const TYPES = [...EVENT_TYPES, "webhook.test"] as const satisfies readonly WebhookMessageType[];

const NAMES = ["endpoint", "state", "type"] as const;
/** Empty: not narrowed by that. */
export type LogFilters = Readonly<Record<(typeof NAMES)[number], string>>;

export interface Narrowing {
  readonly filters: LogFilters;
  readonly narrowed: boolean;
  readonly narrow: (change: Partial<LogFilters>) => void;
  /** The id of the delivery that is open; null: none is. */
  readonly delivery: string | null;
  /** The address of a delivery, with the filters as they are; null: of none. */
  readonly hrefOf: (delivery: string | null) => string;
}

export function useLogFilters(): Narrowing {
  const params = useSearchParams();
  const router = useRouter();
  const here = usePathname();
  const filters = Object.fromEntries(NAMES.map((name) => [name, params.get(name) ?? ""])) as LogFilters;

  function addressOf(wanted: Partial<LogFilters>, delivery: string | null): string {
    const chosen = Object.entries({ ...filters, ...wanted, delivery }).filter(([, value]) => value);
    const query = new URLSearchParams(chosen.map(([name, value]) => [name, String(value)])).toString();
    return query ? `${here}?${query}` : here;
  }

  return {
    filters,
    narrowed: NAMES.some((name) => filters[name] !== ""),
    narrow: (change) => router.replace(addressOf(change, null), { scroll: false }),
    delivery: params.get("delivery"),
    hrefOf: (delivery) => addressOf({}, delivery),
  };
}
