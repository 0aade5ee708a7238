/** How a person signs in, by what, and what there is of theirs alone. */
import { expectPage, fieldOf } from "../browsing.ts";
import { madeSessions, madeWallets } from "../made-keys.ts";
import { refusal, type Views } from "./views.ts";

/** As a mailed link carries it; of no link that there is. */
const TOKEN = `token=${"x".repeat(43)}`;

export const people: Views = {
  pages: {
    "one's own account": async (page) => {
      await page.route("**/api/auth/sessions", (route) =>
        route.fulfill({ json: { sessions: madeSessions() } }),
      );
      await page.route("**/api/auth/wallets", (route) => route.fulfill({ json: madeWallets() }));
      await page.goto("/account");
      await expectPage(page.getByRole("listitem").filter({ hasText: "signed in" })).toHaveCount(3);
      await expectPage(page.getByRole("button", { name: /^Unlink/ })).toHaveCount(2);
    },
  },
  further: {
    "sign-in, refused": async (page, tenant) => {
      await page.goto("/sign-in");
      await fieldOf(page, "E-mail").fill(tenant.email);
      await page.getByRole("button", { name: "Sign in" }).click();
      await expectPage(page.getByText("Enter your password.")).toBeVisible();
    },
    "sign-in, refused by the identity provider and without a wallet": async (page) => {
      await page.goto("/sign-in?refused=unknown");
      await page.getByRole("button", { name: "Continue with a wallet" }).click();
      await expectPage(page.getByText("No wallet found in this browser.")).toBeVisible();
    },
    "a forgotten password, of nobody": async (page) => {
      await page.goto("/forgot-password");
      await page.getByRole("button", { name: "Send the link" }).click();
      await expectPage(page.getByText("Enter your e-mail address.")).toBeVisible();
    },
    "a new password that is too short": async (page) => {
      await page.goto(`/reset-password#${TOKEN}`);
      await fieldOf(page, "New password").fill("short");
      await page.getByRole("button", { name: "Set the password" }).click();
      await expectPage(page.getByText(/^Choose \d+ to \d+ characters\.$/)).toBeVisible();
    },
    "an address to verify, by a link that has ended": async (page) => {
      await page.goto(`/verify-email#${TOKEN}`);
      await page.getByRole("button", { name: "Verify the address" }).click();
      await expectPage(page.getByText("Details")).toBeVisible();
    },
    "an invitation to accept": async (page, tenant) => {
      const offer = {
        billingAccountName: tenant.name,
        role: "viewer",
        email: "n…@example.com",
        hasAccount: false,
      };
      await page.route("**/api/auth/invitation/look", (route) => route.fulfill({ json: offer }));
      await page.goto(`/invitation#${TOKEN}`);
      await expectPage(fieldOf(page, "Your name")).toBeVisible();
    },
    "the person's menu": async (page) => {
      await page.goto("/channels");
      await page.getByRole("button", { name: "Your account" }).click();
      await expectPage(page.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
    },
    "a wallet to link, where there is none": async (page) => {
      await page.goto("/account");
      await page.getByRole("button", { name: "Link a wallet" }).click();
      await expectPage(page.getByText("No wallet found in this browser.")).toBeVisible();
    },
    "a wallet that is the last way in": async (page) => {
      await page.route("**/api/auth/wallets", (route) => route.fulfill({ json: madeWallets() }));
      await page.route("**/api/auth/wallets/unlink", (route) => route.fulfill(refusal("last_way_in", 409)));
      await page.goto("/account");
      await page
        .getByRole("button", { name: /^Unlink/ })
        .first()
        .click();
      await page.getByRole("dialog").getByRole("button", { name: "Unlink" }).click();
      await expectPage(page.getByText("there would be no way left to sign in")).toBeVisible();
    },
  },
};
