import { describe, expect, test } from "vitest";
import type { SeenAccount } from "../../src/telemetry/account-metrics.ts";
import type { HeldGateway } from "../../src/telemetry/held-metrics.ts";
import { seriesOf, testMetrics } from "../support/metrics.ts";

const account = (accountId: string, state = "connected", problem: string | null = null): SeenAccount => ({
  channel: "pigeon",
  accountId,
  state,
  problem,
  unsettled: state !== "connected",
  lastInboundAt: 1_700_000_000_000,
  lastOutboundAt: null,
});
const held = (seenAt: Date | null): HeldGateway => ({
  reachable: () => seenAt !== null,
  seenAt: () => seenAt,
  writes: () => ({ waiting: 2, left: 28 }),
  loads: () => ({
    account: { running: 3, waiting: 1, longestMs: 1_500 },
    login: { running: 0, waiting: 0, longestMs: 0 },
  }),
});

describe("accounts", () => {
  test("are counted by state and by problem, and nothing names one of them", async () => {
    const metrics = testMetrics();
    metrics.accounts.seen("shared", [
      account("tenant-a"),
      account("tenant-b"),
      account("tenant-c", "action_required", "credential_rejected"),
    ]);
    const { body } = await metrics.render();
    expect(seriesOf(body, "cogni_gateway_accounts")).toEqual(
      new Map([
        ['gateway="shared",channel="pigeon",state="connected"', 2],
        ['gateway="shared",channel="pigeon",state="action_required"', 1],
      ]),
    );
    expect([...seriesOf(body, "cogni_gateway_account_problems").values()]).toEqual([1]);
    expect([...seriesOf(body, "cogni_gateway_accounts_unsettled").values()]).toEqual([1]);
    expect(body).not.toContain("tenant-");
  });

  test("get series of their own up to the number that was asked for, the same ones each time, and the rest are counted", async () => {
    const metrics = testMetrics(2);
    const all = ["tenant-d", "tenant-a", "tenant-c", "tenant-b"].map((id) => account(id));
    metrics.accounts.seen("shared", all);
    const first = (await metrics.render()).body;
    metrics.accounts.seen("shared", all.toReversed());
    expect(seriesOf((await metrics.render()).body, "cogni_account_up")).toEqual(
      seriesOf(first, "cogni_account_up"),
    );
    expect([...seriesOf(first, "cogni_account_up").keys()]).toEqual([
      'gateway="shared",channel="pigeon",account="tenant-a"',
      'gateway="shared",channel="pigeon",account="tenant-b"',
    ]);
    expect([...seriesOf(first, "cogni_account_last_inbound_timestamp_seconds").values()]).toEqual([
      1_700_000_000, 1_700_000_000,
    ]);
    expect(seriesOf(first, "cogni_account_last_outbound_timestamp_seconds").size).toBe(0);
    expect([...seriesOf(first, "cogni_account_series_left_out").values()]).toEqual([2]);
  });

  test("that are gone leave no series behind", async () => {
    const metrics = testMetrics(10);
    metrics.accounts.seen("shared", [account("tenant-a", "reconnecting", "messenger_unreachable")]);
    metrics.accounts.seen("shared", [account("tenant-a")]);
    expect(seriesOf((await metrics.render()).body, "cogni_gateway_account_problems").size).toBe(0);
    metrics.accounts.seen("shared", null);
    const { body } = await metrics.render();
    for (const name of ["cogni_gateway_accounts", "cogni_account_up"])
      expect(seriesOf(body, name).size).toBe(0);
  });
});

test("of two processes only the one that holds the lease tells of the gateway, and both tell who does", async () => {
  const [holder, other] = [testMetrics(), testMetrics()];
  for (const metrics of [holder, other]) metrics.held.contend("shared");
  const release = holder.held.hold("shared", held(new Date(1_700_000_000_000)));
  const [told, untold] = [(await holder.render()).body, (await other.render()).body];
  const read = (text: string, name: string) => [...seriesOf(text, name).values()];
  expect([read(told, "cogni_gateway_lease_held"), read(untold, "cogni_gateway_lease_held")]).toEqual([
    [1],
    [0],
  ]);
  expect([read(told, "cogni_gateway_up"), read(untold, "cogni_gateway_up")]).toEqual([[1], []]);
  expect(read(told, "cogni_gateway_last_seen_timestamp_seconds")).toEqual([1_700_000_000]);
  expect(read(told, "cogni_gateway_config_writes_left")).toEqual([28]);
  expect(
    seriesOf(told, "cogni_reconcile_accounts").get('gateway="shared",loop="account",state="running"'),
  ).toBe(3);
  release();
  expect(read((await holder.render()).body, "cogni_gateway_up")).toEqual([]);
});
