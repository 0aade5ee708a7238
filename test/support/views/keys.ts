/** The keys of a tenant's programs. */
import type { ApiKey } from "@cogni/contract";
import type { Page } from "@playwright/test";
import type { Tenant } from "../../../dev-env/src/seed.ts";
import { expectPage } from "../browsing.ts";
import { freshKey, madeKeys } from "../made-keys.ts";
import type { Views } from "./views.ts";

/** The page of the tenant's keys, with these. */
async function withKeys(page: Page, tenant: Tenant, keys: readonly ApiKey[]): Promise<void> {
  await page.route("**/api/v1/keys", (route) =>
    route.fulfill({ json: route.request().method() === "POST" ? freshKey() : { keys } }),
  );
  await page.goto(`/t/${tenant.billingAccountId}/settings/keys`);
}

export const keys: Views = {
  pages: {
    keys: async (page, tenant) => {
      await withKeys(page, tenant, madeKeys());
      await expectPage(page.getByRole("row")).toHaveCount(12);
    },
  },
  further: {
    "keys, none yet": async (page, tenant) => {
      await withKeys(page, tenant, []);
      await expectPage(page.getByRole("heading", { name: "No keys yet" })).toBeVisible();
    },
    "keys, for admins only": async (page, tenant) => {
      await page.route("**/api/v1/keys", (route) => route.fulfill({ status: 403, body: "" }));
      await page.goto(`/t/${tenant.billingAccountId}/settings/keys`);
      await expectPage(page.getByRole("heading", { name: "Keys are for admins" })).toBeVisible();
    },
    "a key in the making": async (page, tenant) => {
      await withKeys(page, tenant, []);
      await page.getByRole("button", { name: "Create key" }).click();
      await page.getByRole("radio", { name: "No end" }).check();
      await page.keyboard.press("Enter");
      await expectPage(page.getByText("Enter a name.")).toBeVisible();
    },
    "a fresh key": async (page, tenant) => {
      await withKeys(page, tenant, madeKeys());
      await page
        .getByRole("row", { name: /Replaced/ })
        .getByRole("button")
        .click();
      await page.getByRole("menuitem", { name: "Rotate" }).click();
      await page.getByRole("radio", { name: "At once" }).check();
      await page.route("**/api/v1/keys/rotate", (route) => route.fulfill({ json: freshKey() }));
      await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
      await expectPage(page.getByText("Store it now.")).toBeVisible();
    },
    "a key about to be revoked": async (page, tenant) => {
      await withKeys(page, tenant, madeKeys());
      await page
        .getByRole("row", { name: /Replaced/ })
        .getByRole("button")
        .click();
      await page.getByRole("menuitem", { name: "Revoke" }).click();
      await expectPage(page.getByRole("dialog", { name: "Revoke Replaced?" })).toBeVisible();
    },
  },
};
