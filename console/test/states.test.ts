import { type ConnectMethod, channelProblem } from "@cogni/contract";
import { expect, test } from "vitest";
import { isOffered, type MenuAction, STATES } from "../src/channels/states.ts";
import { channel } from "./channel.ts";

const connect = (method: ConnectMethod["method"]): ConnectMethod => ({
  method,
  docsUrl: null,
  fields: [],
  notice: null,
  byApproval: true,
  scanSteps: [],
});
const menuOf = (one: ReturnType<typeof channel>): readonly MenuAction[] =>
  STATES[one.state].menu.filter((action) => isOffered(action, one));

test("a credential is replaced where there is one, and a code scanned again where one logs in so", () => {
  const token = channel("a", { state: "action_required", connect: connect("credentials") });
  const scanned = channel("b", { state: "action_required", connect: connect("qr") });
  expect([token, scanned].map((one) => isOffered("scanAgain", one))).toEqual([false, true]);
  expect(menuOf(token)).toEqual(["replace", "access", "disconnect"]);
  expect(menuOf(scanned)).toEqual(["disconnect"]);
});

test("who may write is asked where approval can be had, and nowhere else", () => {
  const open = channel("a", {
    state: "connected",
    connect: { ...connect("credentials"), byApproval: false },
  });
  expect(menuOf(open)).toEqual(["replace", "disconnect"]);
});

test("what the gateway can't run is not offered to be connected", () => {
  const unavailable = channel("a", { problem: channelProblem("channel_installing") });
  expect([channel("a"), unavailable].map((one) => isOffered("connect", one))).toEqual([true, false]);
});
