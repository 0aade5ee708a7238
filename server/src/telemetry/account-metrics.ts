/**
 * The accounts of a gateway, as its lease's holder last saw them: how many are in which state, by channel, and, where the operator
 * asks for it, each one by itself. Only the latter name an account, and so a tenant.
 */
import { Gauge, type Registry } from "prom-client";

export interface AccountMetrics {
  /** All accounts of the gateway, in place of what was told before; null: this process knows nothing of them any more. */
  seen(gateway: string, accounts: readonly SeenAccount[] | null): void;
}

export interface SeenAccount {
  readonly channel: string;
  readonly accountId: string;
  readonly state: string;
  /** Its code, where it has one. */
  readonly problem: string | null;
  /** The wish is not carried out yet. */
  readonly unsettled: boolean;
  /** Of the last message, in epoch milliseconds. */
  readonly lastInboundAt: number | null;
  readonly lastOutboundAt: number | null;
}

/** @param maxAccounts how many of each gateway get series of their own, in the order of their ids */
export function accountMetrics(registry: Registry, maxAccounts: number): AccountMetrics {
  const gateways = new Map<string, readonly SeenAccount[]>();
  const registers = [registry];
  const counting = (name: string, help: string, labelNames: string[], labelsOf: LabelsOf) =>
    new Gauge({
      name,
      help,
      labelNames: ["gateway", "channel", ...labelNames],
      registers,
      collect() {
        this.reset();
        for (const [gateway, accounts] of gateways) {
          for (const account of accounts) {
            const labels = labelsOf(account);
            if (labels) this.inc({ gateway, channel: account.channel, ...labels });
          }
        }
      },
    });
  const each = (name: string, help: string, read: (account: SeenAccount) => number | null) =>
    new Gauge({
      name,
      help,
      labelNames: ["gateway", "channel", "account"],
      registers,
      collect() {
        this.reset();
        for (const [gateway, accounts] of gateways) {
          for (const account of accounts.slice(0, maxAccounts)) {
            const value = read(account);
            if (value !== null)
              this.set({ gateway, channel: account.channel, account: account.accountId }, value);
          }
        }
      },
    });

  counting("cogni_gateway_accounts", "Accounts by state.", ["state"], ({ state }) => ({ state }));
  counting(
    "cogni_gateway_account_problems",
    "Accounts with a problem, by its code.",
    ["problem"],
    ({ problem }) => (problem === null ? null : { problem }),
  );
  counting(
    "cogni_gateway_accounts_unsettled",
    "Accounts whose wish is not carried out yet.",
    [],
    ({ unsettled }) => (unsettled ? {} : null),
  );
  if (maxAccounts === 0) return { seen };

  each("cogni_account_up", "1 where the account is connected.", ({ state }) =>
    state === "connected" ? 1 : 0,
  );
  each(
    "cogni_account_last_inbound_timestamp_seconds",
    "When the account last received a message.",
    ({ lastInboundAt }) => seconds(lastInboundAt),
  );
  each(
    "cogni_account_last_outbound_timestamp_seconds",
    "When the account last sent a message.",
    ({ lastOutboundAt }) => seconds(lastOutboundAt),
  );
  new Gauge({
    name: "cogni_account_series_left_out",
    help: "Accounts beyond METRICS_ACCOUNTS, which have no series of their own.",
    labelNames: ["gateway"],
    registers,
    collect() {
      this.reset();
      for (const [gateway, accounts] of gateways)
        this.set({ gateway }, Math.max(0, accounts.length - maxAccounts));
    },
  });
  return { seen };

  function seen(gateway: string, accounts: readonly SeenAccount[] | null): void {
    if (accounts) gateways.set(gateway, accounts.toSorted(byId));
    else gateways.delete(gateway);
  }
}

/** Null: the account does not count here. */
type LabelsOf = (account: SeenAccount) => Readonly<Record<string, string>> | null;

/** So that the same ones have a series from one look to the next. */
function byId(left: SeenAccount, right: SeenAccount): number {
  return left.accountId < right.accountId
    ? -1
    : left.accountId > right.accountId
      ? 1
      : left.channel < right.channel
        ? -1
        : 1;
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}
