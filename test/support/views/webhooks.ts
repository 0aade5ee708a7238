/** Where a tenant is told of events. */
import { expectPage } from "../browsing.ts";
import type { Views } from "./views.ts";

export const webhooks: Views = {
  pages: {
    "webhooks without an endpoint": async (page, tenant) => {
      await page.goto(`/t/${tenant.billingAccountId}/settings/webhooks`);
      await expectPage(page.getByRole("button", { name: "Add endpoint" }).first()).toBeVisible();
    },
  },
  further: {
    "a new endpoint for webhooks": async (page, tenant) => {
      await page.goto(`/t/${tenant.billingAccountId}/settings/webhooks`);
      await page.getByRole("button", { name: "Add endpoint" }).first().click();
      await expectPage(page.getByRole("dialog").getByRole("textbox").first()).toBeVisible();
    },
  },
};
