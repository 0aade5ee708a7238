import { channelStateSchema, problemActionSchema } from "@cogni/contract";
import { expect, test } from "vitest";
import messages from "../messages/en.json" with { type: "json" };

test("every state has its words", () => {
  expect(Object.keys(messages.state).sort()).toEqual([...channelStateSchema.options].sort());
});

test("every action that is a button has its words", () => {
  const named = problemActionSchema.options.filter((action) => action in messages.problem);
  expect(named).toEqual(["retry", "replace_credential", "scan_again"]);
});
