/** The state's promises, held against sequences of sightings and times that no table would think of. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DerivedState, deriveState, glanceAt, type Wish } from "../../src/channels/state.ts";
import { remember, type Steadiness, steadinessSchema } from "../../src/channels/steadiness.ts";
import { failureOf } from "../../src/gateway/failure.ts";
import type { AccountObservation } from "../../src/gateway/snapshot.ts";
import { observation } from "../support/observation.ts";

const SILENCE_MS = 90_000;
const patience = { blipMs: 5_000, steadyMs: 15_000 };
const START = Date.parse("2026-01-01T00:00:00Z");
const wish: Wish = { desired: "connected", credentialVersion: 1, wasConnected: true, outcome: null };

/** One poll of the gateway: how long after the one before, what it shows, and how much later the state is asked for. */
interface Look {
  readonly afterMs: number;
  readonly askedMs: number;
  readonly row: Partial<AccountObservation>;
  /** Since its transport was heard; null: the row does not say. */
  readonly heardMsAgo: number | null;
}

const passing = ["ECONNRESET", "fetch failed", "503 Service Unavailable", "went sideways", null];
const lasting = ["401: Unauthorized", "Conflict: terminated by other getUpdates request", "logged out"];

const up: fc.Arbitrary<Partial<AccountObservation>> = fc.constant({ running: true, connected: true });
const down = fc.record({
  running: fc.boolean(),
  lastError: fc.constantFrom(...passing),
  restartPending: fc.boolean(),
});
const failed = fc.record({
  lastError: fc.constantFrom(...lasting, "went sideways"),
  terminalDisconnect: fc.boolean(),
  restartPending: fc.boolean(),
});
const look: fc.Arbitrary<Look> = fc.record({
  afterMs: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 50, max: 3_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 3_000, max: 120_000 }) },
  ),
  askedMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })),
  row: fc.oneof(
    { weight: 5, arbitrary: up },
    { weight: 4, arbitrary: down },
    { weight: 1, arbitrary: failed },
  ),
  heardMsAgo: fc.option(fc.oneof(fc.integer({ min: 0, max: 40_000 }), fc.integer({ min: 0, max: 200_000 }))),
});
const story = fc.array(look, { minLength: 1, maxLength: 60 });

interface Told extends DerivedState {
  readonly look: Look;
  /** When the gateway was looked at, and when the state was asked for. */
  readonly at: number;
  readonly now: number;
  readonly row: AccountObservation;
}

/** As watcher and API do it: what is remembered goes through the database, and the state is derived when asked for. */
function tell(looks: readonly Look[]): Told[] {
  let before: Steadiness | null = null;
  let lookedBefore: Date | null = null;
  let at = START;
  return looks.map((one) => {
    at += one.afterMs;
    const row = observation({
      ...one.row,
      lastTransportActivityAt: one.heardMsAgo === null ? null : at - one.heardMsAgo,
    });
    const glance = glanceAt(row, wish, { at: new Date(at), before: lookedBefore }, SILENCE_MS);
    const steadiness = steadinessSchema.parse(JSON.parse(JSON.stringify(remember(before, glance, patience))));
    [before, lookedBefore] = [steadiness, new Date(at)];
    const now = at + one.askedMs;
    const derived = deriveState({
      wish,
      login: null,
      sighting: { observation: row, version: 1, steadiness },
      gatewayReachable: true,
      now: new Date(now),
      silenceMs: SILENCE_MS,
      patience,
    });
    return { ...derived, look: one, at, now, row };
  });
}

const isUp = ({ row, at }: Told) =>
  row.connected && !(row.lastTransportActivityAt !== null && at - row.lastTransportActivityAt > SILENCE_MS);

function holds(promise: (told: readonly Told[], index: number, one: Told) => void): void {
  fc.assert(
    fc.property(story, (looks) => {
      const told = tell(looks);
      told.forEach((one, index) => {
        promise(told, index, one);
      });
    }),
    { numRuns: 2_000 },
  );
}

describe("whatever an account does, in whatever order", () => {
  test("it is never called connected while its transport has been silent past its limit", () => {
    holds((told, index, { state, now }) => {
      if (state !== "connected") return;
      const lastTold = told
        .slice(0, index + 1)
        .findLast((one) => isUp(one) || one.row.lastTransportActivityAt !== null);
      const heardAt = lastTold?.row.lastTransportActivityAt ?? null;
      if (heardAt !== null) expect(now - heardAt).toBeLessThanOrEqual(SILENCE_MS);
    });
  });

  test("a failure for good is told at once, and never hidden behind reconnecting or connected", () => {
    holds((_, __, { state, row }) => {
      if (!row.connected && failureOf(row)?.terminal) expect(state).toBe("action_required");
    });
  });

  test("it is called connected only while it is up, or was up less than a blip ago", () => {
    holds((told, index, one) => {
      if (one.state !== "connected" || isUp(one)) return;
      const lastUp = told.slice(0, index).findLast(isUp);
      expect(lastUp).toBeDefined();
      expect(one.now - (lastUp?.at ?? 0)).toBeLessThan(patience.blipMs);
    });
  });

  test("an account that stays up is called connected within the time that it takes to be believed", () => {
    holds((told, index, one) => {
      const since = told.slice(0, index + 1).findLastIndex((earlier) => !isUp(earlier)) + 1;
      const upFor = one.now - (told[since]?.at ?? one.now);
      const silent =
        one.row.lastTransportActivityAt !== null && one.now - one.row.lastTransportActivityAt > SILENCE_MS;
      if (isUp(one) && !silent && upFor >= patience.steadyMs) expect(one.state).toBe("connected");
    });
  });

  test("it never flaps: until it has held, it is called connected again once at the most", () => {
    const prompt = fc.array(
      look.map((one) => ({ ...one, afterMs: Math.min(one.afterMs, patience.blipMs), askedMs: 0 })),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(prompt, (looks) => {
        let returns = 0;
        let upSince: number | null = null;
        let left = false;
        let wasConnected = false;
        for (const one of tell(looks)) {
          upSince = isUp(one) ? (upSince ?? one.at) : null;
          const connected = one.state === "connected";
          if (connected && left) returns += 1;
          if (upSince !== null && one.at - upSince >= patience.steadyMs) returns = 0;
          expect(returns).toBeLessThanOrEqual(1);
          wasConnected ||= connected;
          left = wasConnected && !connected;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
