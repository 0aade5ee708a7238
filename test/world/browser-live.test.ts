/** A page that follows the status: by the stream, by polling where the stream is kept from it, and by the stream again. */
import { expect, vi } from "vitest";
import { connectAll, disconnectAll, makeAccount } from "../support/accounts.ts";
import { cardOf, expectPage, PATIENT, test, withoutStream, world } from "../support/browsing.ts";
import { LONG } from "../support/long.ts";

vi.setConfig({ testTimeout: 180_000 });
const STATUS = "**/api/v1/channels/status";
const PAUSED = "Live updates are paused; checking every few seconds.";

test.concurrent("a page follows the stream and asks for nothing else meanwhile", async ({ visit }) => {
  const account = await makeAccount(world);
  const page = await visit(account.tenant);
  const card = cardOf(page);
  await expectPage(card).toContainText("Not connected");
  let asked = 0;
  await page.route(STATUS, (route) => {
    asked += 1;
    return route.continue();
  });
  await connectAll([account]);
  await expectPage(card).toContainText(`@${account.username}`, PATIENT);
  await expectPage(card).toContainText("Connected");
  await disconnectAll([account]);
  await expectPage(card).toContainText("Not connected");
  expect(asked).toBe(0);
});

test
  .runIf(LONG)
  .concurrent(
    "a page without the stream polls and says so, and goes back to the stream when it can",
    async ({ visit }) => {
      const account = await makeAccount(world);
      const page = await visit(account.tenant);
      const stream = await withoutStream(page);
      const line = page.getByRole("main").getByRole("status");
      await expectPage(line).toHaveText(PAUSED);
      const card = cardOf(page);
      await connectAll([account]);
      await expectPage(card).toContainText(`@${account.username}`, PATIENT);

      stream.letThrough();
      await expectPage(line).not.toHaveText(PAUSED, { timeout: 90_000 });
      const before = stream.polls();
      await disconnectAll([account]);
      await expectPage(card).toContainText("Not connected");
      expect(stream.polls() - before).toBeLessThanOrEqual(1);
    },
  );
