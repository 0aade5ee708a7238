/** In the browser: keys that programs use, and sessions that are ended from another browser. */
import type { Page } from "@playwright/test";
import { beforeAll, expect } from "vitest";
import type { Tenant } from "../../dev-env/src/seed.ts";
import { expectPage, fieldOf, PATIENT, test, world } from "../support/browsing.ts";

let tenant: Tenant;
beforeAll(async () => {
  [tenant] = (await world.tenants(1)) as [Tenant];
});

const askedWith = async (key: string): Promise<number> =>
  (await fetch(`${world.url}/api/v1/me`, { headers: { authorization: `Bearer ${key}` } })).status;

/** The key that the dialog shows, which then closes. */
async function takeKey(page: Page): Promise<string> {
  const shown = page.getByRole("dialog").locator("code").first();
  await expectPage(shown).toHaveText(/^cck_[\w-]{43}$/);
  await expectPage(page.getByRole("dialog")).toContainText("Store it now.");
  const key = (await shown.textContent()) ?? "";
  await page.getByRole("button", { name: "I have stored it" }).click();
  await expectPage(page.getByRole("dialog")).toHaveCount(0);
  return key;
}

async function choose(page: Page, row: RegExp, action: string): Promise<void> {
  await page.getByRole("row", { name: row }).getByRole("button").click();
  await page.getByRole("menuitem", { name: action }).click();
}

test("a key that is made on the page works over the API, is rotated with an overlap, and once revoked is refused", async ({
  visit,
}) => {
  const page = await visit(tenant, { path: `/t/${tenant.billingAccountId}/settings/keys` });
  await page.getByRole("button", { name: "Create key" }).first().click();
  await page.keyboard.press("Enter");
  await expectPage(fieldOf(page, "Name")).toBeFocused();
  await fieldOf(page, "Name").fill("status board");
  await page.keyboard.press("Enter");
  const made = await takeKey(page);
  expect(await askedWith(made)).toBe(200);
  const row = page.getByRole("row", { name: /status board/ });
  await expectPage(row).toContainText("Read only");
  await expectPage(row).toContainText("ends in 89 days");
  expect(await page.content()).not.toContain(made);

  await choose(page, /status board/, "Rotate");
  await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
  const next = await takeKey(page);
  expect([await askedWith(made), await askedWith(next)]).toEqual([200, 200]);
  await expectPage(row).toHaveCount(2);
  const [older, newer] = [made, next].map((key) => new RegExp(key.slice(0, 10))) as [RegExp, RegExp];
  await expectPage(page.getByRole("row", { name: older })).toContainText("Ends soon");

  await choose(page, newer, "Revoke");
  await page
    .getByRole("dialog", { name: "Revoke status board?" })
    .getByRole("button", { name: "Revoke" })
    .click();
  await expectPage(page.getByRole("row", { name: newer })).toHaveCount(0);
  await expectPage.poll(() => askedWith(next), PATIENT).toBe(401);
  expect(await askedWith(made)).toBe(200);
});

test("a session that is ended from another browser is signed out there, and this one stays", async ({
  visit,
}) => {
  const elsewhere = await visit(tenant, { path: "/account", tolerates: ["/api/"] });
  await expectPage(elsewhere.getByText("This session")).toBeVisible();
  const page = await visit(tenant, { path: "/account" });
  const sessions = page.getByRole("region", { name: "Sessions" }).getByRole("listitem");
  await expectPage(sessions.first()).toContainText("This session");
  await expectPage(sessions.nth(1)).toContainText("Chrome");
  await sessions
    .nth(1)
    .getByRole("button", { name: /^End the session of Chrome/ })
    .click();
  await expectPage
    .poll(async () => (await elsewhere.request.get("/api/auth/sessions")).status(), PATIENT)
    .toBe(401);
  await elsewhere.reload();
  await expectPage(elsewhere.getByRole("heading", { name: "Sign in" })).toBeVisible(PATIENT);
  await page.reload();
  await expectPage(sessions.first()).toContainText("This session");
});
