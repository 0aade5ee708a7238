import { expect, test } from "vitest";
import { changedStates, keepOrder, moreSenders } from "../src/channels/order.ts";
import { channel } from "./channel.ts";

const offered = [
  channel("a"),
  channel("b", { state: "connected" }),
  channel("c"),
  channel("d", { state: "unknown" }),
];

test("connected channels stand first when the page opens, each group as the API lists it", () => {
  expect(keepOrder([], offered)).toEqual(["b", "d", "a", "c"]);
});

test("a card keeps its place when its state changes", () => {
  const shown = keepOrder([], offered);
  const later = [channel("a", { state: "connected" }), channel("b"), channel("c"), channel("d")];
  expect(keepOrder(shown, later)).toEqual(shown);
});

test("a new channel comes last, and a withdrawn one leaves no gap", () => {
  const shown = keepOrder([], offered);
  const later = [channel("e", { state: "connected" }), ...offered.filter(({ channel }) => channel !== "d")];
  expect(keepOrder(shown, later)).toEqual(["b", "a", "c", "e"]);
});

test("what is announced is a changed state, and nothing on the first look", () => {
  expect(changedStates([], offered)).toEqual([]);
  const later = [channel("a", { state: "connecting" }), ...offered.slice(1)];
  expect(changedStates(offered, later).map(({ channel }) => channel)).toEqual(["a"]);
  expect(changedStates(later, later)).toEqual([]);
});

test("whoever comes to wait is announced, and nobody who waits already", () => {
  const before = [channel("a", { pendingSenders: 2 }), channel("b")];
  expect(moreSenders([], before)).toEqual([]);
  const after = [channel("a", { pendingSenders: 1 }), channel("b", { pendingSenders: 1 })];
  expect(moreSenders(before, after).map(({ channel }) => channel)).toEqual(["b"]);
});
