/** What the agent's model calls came to, and what they may. */
import { usageGroupSchema } from "@cogni/contract";
import type { Page } from "@playwright/test";
import type { Tenant } from "../../../dev-env/src/seed.ts";
import { expectPage, fieldOf } from "../browsing.ts";
import { madeCalls, madeLimits, madeReport } from "../made-usage.ts";
import { answered, type Views } from "./views.ts";

/** The page of the usage, with what was made. */
async function withUsage(page: Page, tenant: Tenant, rest = ""): Promise<void> {
  await page.route("**/api/v1/usage?**", (route) => {
    const by = usageGroupSchema.parse(new URL(route.request().url()).searchParams.get("by"));
    return route.fulfill({ json: madeReport(by) });
  });
  await answered(page, "usage/calls?**", madeCalls());
  await answered(page, "limits", madeLimits());
  await page.goto(`/t/${tenant.billingAccountId}/usage${rest}`);
}

export const usage: Views = {
  pages: {
    "the usage": async (page, tenant) => {
      await withUsage(page, tenant, "?by=model&outcome=broken");
      await expectPage(page.getByText("Used up: people get your sentence")).toBeVisible();
      await expectPage(page.getByRole("table", { name: "Calls" }).getByRole("row")).toHaveCount(6);
    },
    "a call": async (page, tenant) => {
      await withUsage(page, tenant);
      await page.getByRole("table", { name: "Calls" }).getByRole("link").first().press("Enter");
      await page.waitForURL("**/usage?call=**");
      await expectPage(page.getByRole("complementary")).toContainText("Unpriced, at the ceiling");
      await expectPage(page.getByRole("heading", { name: /^Call of / })).toBeFocused();
    },
    "the usage, without a call": async (page, tenant) => {
      await page.goto(`/t/${tenant.billingAccountId}/usage?span=last-month`);
      await expectPage(page.getByRole("heading", { name: "No calls in these days" })).toBeVisible();
    },
  },
  further: {
    "the usage, of which no part loads": async (page, tenant) => {
      await page.route(/api\/v1\/(usage|limits)/, (route) => route.fulfill({ status: 500, body: "" }));
      await page.goto(`/t/${tenant.billingAccountId}/usage`);
      await expectPage(page.getByRole("heading", { name: "This did not load" })).toHaveCount(1);
    },
    "limits, mistyped": async (page, tenant) => {
      await answered(page, "limits", madeLimits());
      await page.goto(`/t/${tenant.billingAccountId}/settings/limits`);
      await fieldOf(page, "A month").fill("1,000");
      await page.keyboard.press("Enter");
      await expectPage(page.getByText("Enter dollars above 0")).toBeVisible();
      await expectPage(fieldOf(page, "A month")).toBeFocused();
    },
  },
};
