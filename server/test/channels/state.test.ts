import { describe, expect, it } from "vitest";
import { deriveState, lastKnownState, type StateInput, type Wish } from "../../src/channels/state.ts";
import type { Steadiness } from "../../src/channels/steadiness.ts";
import type { AccountObservation } from "../../src/gateway/snapshot.ts";
import { observation } from "../support/observation.ts";

const now = new Date("2026-01-01T12:00:00Z");
const ago = (seconds: number) => now.getTime() - seconds * 1000;

const wish: Wish = { desired: "connected", credentialVersion: 7, wasConnected: false, outcome: null };
const seen = (
  row: Partial<AccountObservation>,
  version: number | null = 7,
  past: Partial<Steadiness> | null = null,
) => ({
  observation: observation(row),
  version,
  steadiness: past && {
    upSince: null,
    downSince: null,
    falls: 0 as const,
    trouble: null,
    heardAt: null,
    ...past,
  },
});
const input = (change: Partial<StateInput>): StateInput => ({
  wish,
  login: null,
  sighting: null,
  gatewayReachable: true,
  now,
  silenceMs: 90_000,
  patience: { blipMs: 5_000, steadyMs: 15_000 },
  ...change,
});

const up = { running: true, connected: true, lastTransportActivityAt: ago(5) };
const refused = { lifecycle: "blocked", terminalDisconnect: true, lastError: "401: Unauthorized" } as const;
const was = { ...wish, wasConnected: true };
const at = (seconds: number) => new Date(ago(seconds));
const down = { running: true };
const webhook =
  "getUpdates conflict: Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete " +
  "the webhook first. Another poller may be using this bot token; switch this account to webhook mode.";
const poller =
  "getUpdates conflict: Conflict: terminated by other getUpdates request; make sure that only one bot instance is " +
  "running. Another poller may be using this bot token; switch this account to webhook mode.";

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
      "the text that recommends a webhook does not tell of one",
      { wish: was, sighting: seen({ ...down, lastError: poller }) },
      "action_required",
      "conflict_elsewhere",
    ],
    [
      "a webhook that is set elsewhere is told as such",
      { wish: was, sighting: seen({ ...down, lastError: webhook }) },
      "action_required",
      "webhook_elsewhere",
    ],
    [
      "so is a webhook that ended the poll under way",
      { wish: was, sighting: seen({ ...down, lastError: "Conflict: terminated by setWebhook request" }) },
      "action_required",
      "webhook_elsewhere",
    ],
    [
      "a blip is not shown as an outage",
      { wish: was, sighting: seen(down, 7, { falls: 1, downSince: at(4), heardAt: at(60) }) },
      "connected",
      null,
    ],
    [
      "a blip with a passing cause is none either",
      { wish: was, sighting: seen({ ...down, lastError: "ECONNRESET" }, 7, { falls: 1, downSince: at(4) }) },
      "connected",
      null,
    ],
    [
      "what takes longer than a blip is an outage",
      { wish: was, sighting: seen(down, 7, { falls: 1, downSince: at(5) }) },
      "reconnecting",
      null,
    ],
    [
      "a failure for good is told at once",
      { wish: was, sighting: seen(refused, 7, { falls: 1, downSince: at(0) }) },
      "action_required",
      "credential_refused",
    ],
    [
      "a silence does not become a blip when the connection ends",
      { wish: was, sighting: seen(down, 7, { falls: 1, downSince: at(1), heardAt: at(91) }) },
      "reconnecting",
      null,
    ],
    [
      "an account that was never up has no blips",
      { sighting: seen(down, 7, { falls: 1, downSince: at(1) }) },
      "connecting",
      null,
    ],
    [
      "up after an outage is connected at once",
      { wish: was, sighting: seen(up, 7, { falls: 1, upSince: at(0) }) },
      "connected",
      null,
    ],
    [
      "up after falling twice is not believed yet",
      { wish: was, sighting: seen(up, 7, { falls: 2, upSince: at(14) }) },
      "reconnecting",
      "connection_unsteady",
    ],
    [
      "up for long enough is believed, however often it fell",
      { wish: was, sighting: seen(up, 7, { falls: 2, upSince: at(15) }) },
      "connected",
      null,
    ],
    [
      "up for a moment between two conflicts is still a conflict",
      { wish: was, sighting: seen(up, 7, { falls: 1, trouble: "conflict_elsewhere", upSince: at(1) }) },
      "action_required",
      "conflict_elsewhere",
    ],
    [
      "what a person is to mend stays told while the gateway tries again",
      { wish: was, sighting: seen(down, 7, { falls: 1, trouble: "conflict_elsewhere", downSince: at(30) }) },
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
