import { describe, expect, it } from "vitest";
import { deriveState, lastKnownState, type StateInput, type Wish } from "../../src/channels/state.ts";
import type { AccountObservation } from "../../src/gateway/snapshot.ts";
import { observation } from "../support/observation.ts";

const now = new Date("2026-01-01T12:00:00Z");
const ago = (seconds: number) => now.getTime() - seconds * 1000;

const wish: Wish = { desired: "connected", credentialVersion: 7, wasConnected: false, outcome: null };
const seen = (row: Partial<AccountObservation>, startedVersion: number | null = 7) => ({
  observation: observation(row),
  startedVersion,
});
const input = (change: Partial<StateInput>): StateInput => ({
  wish,
  login: null,
  sighting: null,
  gatewayReachable: true,
  now,
  silenceMs: 90_000,
  ...change,
});

const up = { running: true, connected: true, lastTransportActivityAt: ago(5) };
const refused = { lifecycle: "blocked", terminalDisconnect: true, lastError: "401: Unauthorized" } as const;
const was = { ...wish, wasConnected: true };

describe("the state a tenant sees", () => {
  it.each<[string, Partial<StateInput>, string, string | null]>([
    ["nothing wished is not connected", { wish: null }, "not_connected", null],
    ["wished and never seen is connecting", {}, "connecting", null],
    ["an account still on the old credential is connecting", { sighting: seen(up, 6) }, "connecting", null],
    ["seen up is connected", { sighting: seen(up) }, "connected", null],
    [
      "a channel that reports no transport activity is not silent",
      { sighting: seen({ ...up, lastTransportActivityAt: null }) },
      "connected",
      null,
    ],
    [
      "up but silent past its limit is not connected",
      { sighting: seen({ ...up, lastTransportActivityAt: ago(91) }) },
      "reconnecting",
      "messenger_unreachable",
    ],
    ["was up and is not known to the gateway is reconnecting", { wish: was }, "reconnecting", null],
    ["running alone is not connected", { sighting: seen({ running: true }) }, "connecting", null],
    [
      "a start that nobody answers is the messenger's silence",
      { sighting: seen({ running: true, lastStartAt: ago(21) }) },
      "connecting",
      "messenger_unreachable",
    ],
    [
      "a token that the messenger no longer finds is refused",
      { wish: was, sighting: seen({ ...refused, lastError: "Not Found | the worker exited with code 1" }) },
      "action_required",
      "credential_refused",
    ],
    [
      "was up and is down is reconnecting",
      { wish: was, sighting: seen({ running: true }) },
      "reconnecting",
      null,
    ],
    [
      "a refused credential needs a person",
      { sighting: seen(refused) },
      "action_required",
      "credential_refused",
    ],
    [
      "a refusal is not hidden behind reconnecting",
      { wish: was, sighting: seen({ lastError: "401: Unauthorized", restartPending: true }) },
      "action_required",
      "credential_refused",
    ],
    [
      "another poller of the same bot needs a person",
      { wish: was, sighting: seen({ running: true, lastError: "getUpdates conflict: 409: Conflict" }) },
      "action_required",
      "conflict_elsewhere",
    ],
    [
      "an end without a known cause needs a person",
      { sighting: seen({ lifecycle: "blocked", terminalDisconnect: true, lastError: "went sideways" }) },
      "action_required",
      "account_failed",
    ],
    [
      "a network failure waits",
      { wish: was, sighting: seen({ running: true, lastError: "connect ECONNREFUSED 10.0.0.1:443" }) },
      "reconnecting",
      "messenger_unreachable",
    ],
    [
      "a secret that the gateway could not fetch is ours to heal",
      { sighting: seen({ lifecycle: "blocked", lastError: "SecretRef unresolved" }) },
      "connecting",
      null,
    ],
    [
      "a credential that no longer opens needs a person, whatever is seen",
      { wish: { ...wish, outcome: "credential_unreadable" }, sighting: seen(up), gatewayReachable: false },
      "action_required",
      "credential_unreadable",
    ],
    [
      "an unreachable gateway makes the state unknown",
      { sighting: seen(up), gatewayReachable: false },
      "unknown",
      "gateway_unreachable",
    ],
    [
      "an unwished account is disconnecting, gateway or not",
      { wish: { ...wish, desired: "disconnected" }, sighting: seen(up), gatewayReachable: false },
      "disconnecting",
      null,
    ],
  ])("%s", (_name, change, state, code) => {
    const derived = deriveState(input(change));
    expect(derived.state).toBe(state);
    expect(derived.problem?.code ?? null).toBe(code);
  });

  it("keeps the last known state beside unknown", () => {
    expect(lastKnownState(input({ sighting: seen(up), gatewayReachable: false }))).toBe("connected");
    expect(lastKnownState(input({ gatewayReachable: false }))).toBeNull();
  });
});
