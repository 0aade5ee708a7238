import { expect, test } from "vitest";
import type { Want } from "../../src/db/quotas.ts";
import { createSlices, type Need } from "../../src/usage/slices.ts";

const need = (name: Need["name"], during = "now"): Need => ({
  name,
  subject: "",
  during,
  limit: 1_000n,
  amount: 10n,
  returns: true,
});
const granting = (wants: readonly Want[]) => wants.map(({ most, ...key }) => ({ ...key, granted: most }));

test("what a call has of one limit is not given back while it waits for more of another", async () => {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  let waits = false;
  const slices = createSlices(
    async (wants) => {
      if (waits) await opened;
      return granting(wants);
    },
    () => 0,
  );
  const first = await slices.reserve([need("day_budget")], 0);
  if ("held" in first) first.held.release(() => 1n);
  slices.changes();
  // The day has room from before, the month is asked for; meanwhile the books are settled, more than once.
  waits = true;
  const reserving = slices.reserve([need("day_budget"), need("month_budget")], 0);
  for (let look = 0; look < 3; look += 1) expect(slices.changes()).toEqual([]);
  open();
  expect(await reserving).toHaveProperty("held");
});

test("what nothing used since the last look is given back", async () => {
  const slices = createSlices(
    async (wants) => granting(wants),
    () => 0,
  );
  const first = await slices.reserve([need("day_budget")], 0);
  if ("held" in first) first.held.release(() => 4n);
  expect(slices.changes()).toEqual([]);
  expect(slices.changes()).toEqual([{ name: "day_budget", subject: "", during: "now", by: -16n }]);
  slices.changes();
  expect(slices.isEmpty()).toBe(true);
});
