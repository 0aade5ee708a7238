/**
 * What waits to be told, and what is wrong by kind, of the whole installation. Read from the database now and then by whoever holds a
 * gateway's lease; with several gateways several tell the same, so it is `max` that puts them together and not `sum`.
 */
import { Gauge, type Registry } from "prom-client";

export interface BacklogMetrics {
  /** In place of what was told before; null: this process does not look any more. */
  tell(backlog: ToldBacklog | null): void;
}

export interface ToldBacklog {
  readonly deliveries: number;
  readonly deliveryOverdueS: number;
  readonly pausedEndpoints: Readonly<Record<string, number>>;
  readonly notices: number;
  readonly noticeOverdueS: number;
  readonly openAlerts: readonly { readonly kind: string; readonly of: string; readonly count: number }[];
}

type Values = readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];

export function backlogMetrics(registry: Registry): BacklogMetrics {
  let told: ToldBacklog | null = null;
  const gauge = (name: string, help: string, labelNames: string[], read: (backlog: ToldBacklog) => Values) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        // One without labels shows 0 where nothing was set; removed, it shows nothing.
        if (labelNames.length === 0) this.remove();
        else this.reset();
        for (const [labels, value] of told ? read(told) : []) this.set(labels, value);
      },
    });
  gauge(
    "cogni_webhook_deliveries_waiting",
    "Messages that wait to be sent to endpoints that are not paused.",
    [],
    (all) => [[{}, all.deliveries]],
  );
  gauge(
    "cogni_webhook_overdue_seconds",
    "For how long the message is due that is due longest.",
    [],
    (all) => [[{}, all.deliveryOverdueS]],
  );
  gauge("cogni_webhook_endpoints_paused", "Endpoints that are paused, by why.", ["because"], (all) =>
    Object.entries(all.pausedEndpoints).map(([because, count]) => [{ because }, count]),
  );
  gauge(
    "cogni_alerts_open",
    "Alerts that are open, of tenants and of the platform, by kind.",
    ["kind", "of"],
    (all) => all.openAlerts.map(({ kind, of, count }) => [{ kind, of }, count]),
  );
  gauge("cogni_alert_notices_waiting", "Notices of alerts that were not mailed yet.", [], (all) => [
    [{}, all.notices],
  ]);
  gauge(
    "cogni_alert_notices_overdue_seconds",
    "For how long the notice is due that is due longest.",
    [],
    (all) => [[{}, all.noticeOverdueS]],
  );
  return {
    tell(backlog) {
      told = backlog;
    },
  };
}
