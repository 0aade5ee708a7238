import type { ChannelState } from "@cogni/contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Change, timelineOf, unwatchedSince } from "../../src/channels/timeline.ts";

const from = new Date("2026-01-01T00:00:00Z");
const to = new Date("2026-01-05T00:00:00Z");
const HOUR_MS = 3_600_000;
const hour = (hours: number) => new Date(from.getTime() + hours * HOUR_MS);
const changes = (...states: [number, ChannelState][]): Change[] =>
  states.map(([at, state]) => ({ at: hour(at), state, code: null }));
const shareOf = (...states: [number, ChannelState][]) =>
  timelineOf(changes(...states), { from, to, parts: 4 }).upShare;

describe("the share of time up", () => {
  it.each<[string, [number, ChannelState][], number | null]>([
    ["is not known of what nothing is known of", [], null],
    ["is all of it for an account that was up before and since", [[-100, "connected"]], 1],
    [
      "is what is left after an outage",
      [
        [-1, "connected"],
        [24, "reconnecting"],
        [48, "connected"],
      ],
      0.75,
    ],
    [
      "counts no time before the first wish",
      [
        [72, "connecting"],
        [72, "connected"],
      ],
      1,
    ],
    [
      "counts a start that succeeded as neither, and one that did not as down",
      [
        [0, "connecting"],
        [12, "unknown"],
        [18, "connecting"],
        [24, "connected"],
        [48, "connecting"],
        [72, "action_required"],
      ],
      1 / 3,
    ],
    [
      "counts no time in which it was disconnected",
      [
        [0, "connected"],
        [24, "not_connected"],
      ],
      1,
    ],
    [
      "counts no time in which nobody watched",
      [
        [0, "connected"],
        [24, "unknown"],
        [48, "reconnecting"],
      ],
      1 / 3,
    ],
    [
      "counts a wait for a person as down",
      [
        [0, "connected"],
        [48, "action_required"],
      ],
      0.5,
    ],
    [
      "counts no time in which a code waited to be scanned",
      [
        [0, "awaiting_scan"],
        [48, "connected"],
      ],
      1,
    ],
    [
      "counts nothing but the time told of",
      [
        [-1000, "reconnecting"],
        [-1, "connected"],
        [96, "reconnecting"],
      ],
      1,
    ],
    [
      "is not known where nothing counts",
      [
        [-5, "unknown"],
        [50, "disconnecting"],
        [51, "not_connected"],
      ],
      null,
    ],
  ])("%s", (_name, states, share) => {
    const told = shareOf(...states);
    if (share === null) expect(told).toBeNull();
    else expect(told).toBeCloseTo(share, 10);
  });

  it("is told for equal parts too, the earliest first", () => {
    const { parts } = timelineOf(changes([12, "connected"], [36, "reconnecting"], [72, "unknown"]), {
      from,
      to,
      parts: 4,
    });
    expect(parts.map((part) => part.from)).toEqual([0, 24, 48, 72].map((at) => hour(at).toISOString()));
    expect(parts.map((part) => part.upShare)).toEqual([1, 0.5, 0, null]);
  });

  it("lies between 0 and 1, and is that of its parts taken together, whatever happened", () => {
    const state = fc.constantFrom<ChannelState>(
      "connected",
      "reconnecting",
      "unknown",
      "not_connected",
      "connecting",
    );
    const history = fc
      .array(fc.tuple(fc.integer({ min: -50, max: 95 }), state), { maxLength: 30 })
      .map((list) => changes(...list.sort(([a], [b]) => a - b)));
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 30 }), (list, parts) => {
        const whole = timelineOf(list, { from, to, parts });
        const shares = whole.parts.map((part) => part.upShare).filter((share) => share !== null);
        if (whole.upShare === null) {
          expect(shares).toEqual([]);
          return;
        }
        expect(whole.upShare).toBeGreaterThanOrEqual(Math.min(...shares) - 1e-9);
        expect(whole.upShare).toBeLessThanOrEqual(Math.max(...shares) + 1e-9);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("time in which nobody watches", () => {
  it("ends what was seen last, from the last look on", () => {
    expect(unwatchedSince(changes([0, "connected"]), hour(50)).at(-1)).toEqual({
      at: hour(50),
      state: "unknown",
      code: "gateway_unreachable",
    });
    expect(unwatchedSince(changes([60, "connected"]), hour(50)).at(-1)?.at).toEqual(hour(60));
  });

  it("changes nothing about what nobody need watch", () => {
    for (const state of ["not_connected", "disconnecting", "action_required", "unknown"] as const) {
      expect(unwatchedSince(changes([0, state]), hour(50))).toEqual(changes([0, state]));
    }
    expect(unwatchedSince([], hour(50))).toEqual([]);
  });
});
