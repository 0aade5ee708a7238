/** Everyone's tenants, as the platform's administrators see and change them. */
import type { BillingAccountStatus, TenantOverview, TenantsPage } from "@cogni/contract";
import type { Page } from "@playwright/test";
import { expectPage, fieldOf } from "../browsing.ts";
import { AT, answered, LONG_NAME, type Views } from "./views.ts";

const madeTenant = (status: BillingAccountStatus): TenantOverview => ({
  id: `${"a-long-id-of-a-tenant-".repeat(2)}${status}`,
  name: LONG_NAME,
  status,
  gateway: status === "active" ? "shared" : null,
  members: 3,
  connections: status === "active" ? { connected: 2, unknown: 1 } : {},
  createdAt: AT,
});

async function withTenants(page: Page, made: TenantsPage["tenants"], query = ""): Promise<void> {
  await answered(page, "operator/tenants**", { tenants: made, next: made.at(-1)?.id ?? null });
  await page.goto(`/operator/tenants${query}`);
}

/** By the menu of the one row there is. */
async function act(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `More actions for ${LONG_NAME}` }).click();
  await page.getByRole("menuitem", { name }).click();
}

export const tenants: Views = {
  pages: {
    tenants: async (page) => {
      const statuses = ["active", "suspended", "deleting"] as const;
      await withTenants(page, statuses.map(madeTenant), "?gateway=shared");
      await expectPage(page.getByText("Being deleted").last()).toBeVisible();
      await expectPage(page.getByRole("button", { name: "Show more" })).toBeVisible();
    },
    "tenants, on their way": async (page) => {
      await page.route("**/api/v1/operator/tenants**", () => new Promise(() => undefined));
      await page.goto("/operator/tenants");
      await expectPage(page.getByRole("table", { name: "Tenants" })).toHaveAttribute("aria-busy", "true");
    },
  },
  further: {
    "suspending a tenant": async (page) => {
      await withTenants(page, [madeTenant("active")]);
      await act(page, "Suspend…");
      await expectPage(page.getByRole("dialog", { name: `Suspend ${LONG_NAME}?` })).toBeVisible();
      await page.route("**/tenants/suspend", (route) => route.fulfill({ status: 500, body: "" }));
      await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
      await expectPage(page.getByRole("dialog").getByRole("alert")).toContainText("could not be read");
    },
    "the menu of a tenant that was suspended, and is not resumed": async (page) => {
      const made = madeTenant("active");
      await withTenants(page, [made]);
      await act(page, "Suspend…");
      await answered(page, "operator/tenants/suspend", { billingAccountId: made.id, status: "suspended" });
      await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
      await expectPage(page.getByRole("row", { name: LONG_NAME })).toContainText("Suspended");
      await expectPage(page.getByRole("button", { name: `More actions for ${LONG_NAME}` })).toBeFocused();
      await answered(page, "operator/tenants**", { tenants: [{ ...made, status: "suspended" }], next: null });
      await page.route("**/tenants/resume", (route) => route.fulfill({ status: 500, body: "" }));
      await act(page, "Resume");
      await expectPage(page.getByRole("table")).toContainText("could not be read");
      await page.keyboard.press("Enter");
      await expectPage(page.getByRole("menuitem", { name: "Resume" })).toBeFocused();
    },
    "deleting a tenant": async (page) => {
      await withTenants(page, [madeTenant("active")]);
      await act(page, "Delete…");
      await expectPage(fieldOf(page, `Type ${LONG_NAME} to confirm`)).toBeFocused();
    },
    "no tenant that is searched for": async (page) => {
      await withTenants(page, [], "?search=nobody&status=suspended");
      await expectPage(page.getByRole("heading", { name: "No tenant like that" })).toBeVisible();
      await expectPage(page.getByRole("combobox", { name: "Status" })).toHaveValue("suspended");
    },
    "a new tenant": async (page) => {
      await page.goto("/operator/tenants");
      await page.getByRole("button", { name: "New tenant" }).click();
      await fieldOf(page, "Name").fill("Müller & Söhne");
      await expectPage(fieldOf(page, "Id")).toHaveValue("muller-sohne");
      await page.keyboard.press("Enter");
      await expectPage(page.getByText("Enter an e-mail address.")).toBeVisible();
    },
    "a tenant that was made": async (page) => {
      const link = `https://channels.example/invitation#token=${"x".repeat(43)}`;
      const made = {
        billingAccountId: "hooli",
        billingAccountName: "Hooli",
        invited: "max@hooli.test",
        link,
      };
      await answered(page, "operator/tenants/create", made);
      await page.goto("/operator/tenants");
      await page.getByRole("button", { name: "New tenant" }).click();
      await fieldOf(page, "Name").fill("Hooli");
      await fieldOf(page, "First owner’s e-mail").fill("max@hooli.test");
      await page.keyboard.press("Enter");
      await expectPage(page.getByText(link)).toBeVisible();
      await expectPage(page.getByRole("button", { name: "Done" })).toBeFocused();
    },
  },
};
