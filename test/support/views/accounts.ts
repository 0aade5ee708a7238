/** Which account one is in: those there are, and one's beginning and end. */
import { expectPage, fieldOf } from "../browsing.ts";
import { answered, type Views } from "./views.ts";

export const accounts: Views = {
  pages: {
    "not found": async (page) => {
      // From another page, as by a link that has gone: the font is there already.
      await page.goto("/channels");
      await expectPage(page.getByRole("heading", { name: "Channels" })).toBeVisible();
      await page.goto("/nowhere");
      await expectPage(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
    },
    "general settings": async (page, tenant) => {
      await page.goto("/settings");
      await expectPage(page.getByRole("textbox", { name: "Name" })).toHaveValue(tenant.name);
    },
    "an account that is suspended": async (page, tenant) => {
      const { billingAccountId, name: billingAccountName } = tenant;
      const own = { billingAccountId, billingAccountName, role: "owner", scopes: [], status: "suspended" };
      await answered(page, "tenants", { tenants: [own], mayCreate: true });
      await page.goto(`/t/${billingAccountId}/channels`);
      await expectPage(page.getByRole("heading", { name: `${tenant.name} is suspended` })).toBeVisible();
    },
  },
  further: {
    "an account that is not one's own": async (page, tenant) => {
      await page.goto("/t/nobody-s/channels");
      await expectPage(page.getByRole("heading", { name: "No such account" })).toBeVisible();
      await expectPage(page.getByRole("main").getByRole("link", { name: tenant.name })).toBeVisible();
    },
    "no account": async (page) => {
      await answered(page, "tenants", { tenants: [], mayCreate: false });
      await page.goto("/channels");
      await expectPage(page.getByRole("heading", { name: "You belong to no account yet" })).toBeVisible();
    },
    "the accounts failed to load": async (page) => {
      await page.route("**/api/v1/tenants", (route) => route.fulfill({ status: 500, body: "" }));
      await page.goto("/channels");
      await expectPage(page.getByRole("heading", { name: "This did not load" })).toBeVisible();
    },
    "the accounts' menu": async (page, tenant) => {
      await page.goto("/channels");
      await page.getByRole("button", { name: `Account: ${tenant.name}` }).click();
      await expectPage(page.getByRole("menuitemradio", { name: tenant.name })).toBeFocused();
    },
    "a new account": async (page, tenant) => {
      await page.goto("/channels");
      await page.getByRole("button", { name: `Account: ${tenant.name}` }).click();
      await page.getByRole("menuitem", { name: "New account…" }).click();
      await fieldOf(page, "Id").fill("No id");
      await page.keyboard.press("Enter");
      await expectPage(page.getByText("Enter a name.")).toBeVisible();
    },
    "deleting the account, its name mistyped": async (page, tenant) => {
      await page.goto("/settings");
      await page.getByRole("button", { name: "Delete account…" }).click();
      await fieldOf(page, `Type ${tenant.name} to confirm`).fill("Another name");
      await page.keyboard.press("Enter");
      await expectPage(page.getByText("This is not the account’s name")).toBeVisible();
    },
    "an account that was deleted": async (page) => {
      await page.goto("/account-deleted");
      await expectPage(page.getByRole("heading", { name: "The account is being deleted" })).toBeVisible();
    },
  },
};
