import { channelIdSchema, type PendingSender } from "@cogni/contract";
import { expect, test } from "vitest";
import { rowsOf } from "../src/senders/decided.ts";

const at = (minute: number): string => new Date(Date.UTC(2027, 0, 1, 0, minute)).toISOString();
const person = (sender: string, minute = 0): PendingSender => ({
  channel: channelIdSchema.parse("a"),
  sender,
  name: null,
  requestedAt: at(minute),
  expiresAt: at(60),
});
const waits = (sender: PendingSender) => ({ sender, decided: null });
const [ann, ben, cid] = [person("ann"), person("ben"), person("cid")];

test("whoever was decided of keeps their place, also when the list no longer has them", () => {
  const approved = { sender: ann, decided: "approve" as const };
  expect(rowsOf([approved, waits(ben)], [ben, cid])).toEqual([approved, waits(ben), waits(cid)]);
});

test("a list that was asked for before the decision takes nothing back", () => {
  const dismissed = { sender: ann, decided: "dismiss" as const };
  expect(rowsOf([dismissed], [ann])).toEqual([dismissed]);
});

test("who was dismissed and writes again waits again", () => {
  const again = person("ann", 5);
  expect(rowsOf([{ sender: ann, decided: "dismiss" }], [again])).toEqual([waits(again)]);
});

test("whom another tab decided of is gone", () => {
  expect(rowsOf([waits(ann), waits(ben)], [ben])).toEqual([waits(ben)]);
});
