import type { ChannelStatus } from "@cogni/contract";
import { expect, test } from "vitest";
import { contrast, inkOn } from "../src/connect/brand.ts";
import { returnAddress } from "../src/connect/embedder.ts";
import { visitAfter } from "../src/connect/visit.ts";
import { channel } from "./channel.ts";

test("text on any brand colour can be read: AA holds on all of them", () => {
  const steps = ["00", "1f", "3f", "5f", "76", "77", "7f", "9f", "bf", "df", "ff"];
  const colors = steps.flatMap((r) => steps.flatMap((g) => steps.map((b) => `#${r}${g}${b}`)));
  expect(Math.min(...colors.map((color) => contrast(color, inkOn(color))))).toBeGreaterThan(4.5);
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
});

test("the way back says what became of the visit, and keeps what the address said already", () => {
  const back = "https://shop.example/a?x=1&channel=old#part";
  expect(returnAddress(back, [])).toBe("https://shop.example/a?x=1&state=closed#part");
  expect(returnAddress(back, ["one", "two"])).toBe(
    "https://shop.example/a?x=1&state=connected&channel=one&channel=two#part",
  );
});

test("a channel counts as connected by the visit if it was seen unfinished in it, and not for a blip", () => {
  const is = (state: ChannelStatus["state"]) => [channel("one", { state })];
  const states = ["connected", "reconnecting", "connected", "connecting", "connected"] as const;
  let visit = visitAfter({ touched: [] }, []);
  const counted = states.map((state) => {
    visit = visitAfter(visit, is(state));
    return visit.connected.length;
  });
  expect(counted).toEqual([0, 0, 0, 0, 1]);
});
