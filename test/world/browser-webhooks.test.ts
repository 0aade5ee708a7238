/** In the browser: a program's endpoint is added, tried out, fails, is sent again what it missed, and is looked at in the log. */
import { Webhook } from "standardwebhooks";
import { afterEach, beforeAll, expect } from "vitest";
import type { Tenant } from "../../dev-env/src/seed.ts";
import { type Receiver, startReceiver, status } from "../../server/test/support/receiver.ts";
import { barriers, expectPage, fieldOf, PATIENT, test, world } from "../support/browsing.ts";

let tenant: Tenant;
const receivers: Receiver[] = [];
beforeAll(async () => {
  [tenant] = (await world.tenants(1)) as [Tenant];
});
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});

test("an endpoint's secret is shown once and signs what it is sent; what it missed is sent again from the log", async ({
  visit,
}) => {
  const receiver = await startReceiver();
  receivers.push(receiver);
  const page = await visit(tenant, {
    path: `/t/${tenant.billingAccountId}/settings/webhooks`,
    tolerates: ["/api/v1/webhooks"],
  });
  const dialog = page.getByRole("dialog");
  const said = page.getByRole("main").getByRole("status");

  await page.getByRole("button", { name: "Add endpoint" }).first().click();
  await expectPage(fieldOf(page, "Address")).toBeFocused();
  await page.keyboard.press("Enter");
  await expectPage(dialog.getByText("Enter an address.")).toBeVisible();
  // Where it can't be reached is said beside the field, and nothing is lost.
  await fieldOf(page, "Address").fill("http://169.254.169.254/latest");
  await fieldOf(page, "Description (optional)").fill("Order desk");
  await page.keyboard.press("Enter");
  await expectPage(dialog.getByText(/^The address /)).toBeVisible();
  await fieldOf(page, "Address").fill(receiver.url);
  await page.keyboard.press("Enter");
  const shown = dialog.locator("code").first();
  await expectPage(shown).toHaveText(/^whsec_/);
  const secret = (await shown.textContent()) ?? "";
  expect(await barriers(page)).toEqual([]);
  await dialog.getByRole("button", { name: "I have stored it" }).click();
  await expectPage(dialog).toHaveCount(0);
  expect(await page.content()).not.toContain(secret);

  const choose = async (action: string) => {
    await page.getByRole("button", { name: "Actions for Order desk" }).click();
    await page.getByRole("menuitem", { name: action }).click();
  };
  receiver.answer(status(503));
  await choose("Send a test");
  await expectPage(said.filter({ hasText: "A test is on its way to Order desk." })).toBeVisible();
  const log = page.getByRole("table", { name: "Deliveries" });
  const row = log.getByRole("row", { name: /Test/ });
  await expectPage(row).toContainText("Will be tried again", PATIENT);
  await expectPage(page.getByRole("row", { name: /Order desk/ }).first()).toContainText("Failing", PATIENT);

  await row.getByRole("link", { name: "Test" }).click();
  const panel = page.getByRole("complementary");
  // Of several tries, for it may have been tried again by itself, the last one is open.
  await expectPage(panel.getByText("The endpoint answered with an error.").last()).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  receiver.answer(status(204));
  // It may just be tried again by itself.
  await panel.getByRole("button", { name: /Try now|Send again/ }).click();
  await expectPage(panel).toContainText("Delivered", PATIENT);
  await expectPage(row).toContainText("Delivered", PATIENT);
  await expectPage(panel).toContainText(/[2-9] tries/);
  for (const { body, headers } of receiver.received) new Webhook(secret).verify(body, headers);
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);

  await panel.getByRole("link", { name: "Close" }).click();
  await expectPage(panel).toHaveCount(0);
  await choose("Delete");
  await dialog.getByRole("button", { name: "Delete endpoint" }).click();
  await expectPage(page.getByRole("heading", { name: "No endpoints yet" })).toBeVisible();
});
