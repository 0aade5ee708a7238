/** Who belongs to an account, and who is asked to. */
import { randomUUID } from "node:crypto";
import { type Members, ROLES } from "@cogni/contract";
import type { Page } from "@playwright/test";
import type { Tenant } from "../../../dev-env/src/seed.ts";
import { expectPage, fieldOf } from "../browsing.ts";
import { answered, type Views } from "./views.ts";

function madeMembers(): Members {
  const at = new Date().toISOString();
  const email = "an-address-that-is-far-too-long-for-any-line@of-a-table.on-a-phone.example";
  return {
    members: [
      { userId: "you", name: "You", email, role: "owner", since: at, you: true },
      { userId: "ann", name: "Ann", email, role: "viewer", since: at, you: false },
    ],
    invitations: [{ id: randomUUID(), email, role: "admin", expiresAt: at, invitedBy: null }],
    gives: ROLES,
  };
}

/** @param made null where the view answers itself */
async function openMembers(page: Page, tenant: Tenant, made: Members | null = madeMembers()): Promise<void> {
  if (made) await answered(page, "members", made);
  await page.goto(`/t/${tenant.billingAccountId}/settings/members`);
  await expectPage(page.getByRole("heading", { name: "Members" })).toBeVisible();
}

export const members: Views = {
  pages: {
    "members and invitations": async (page, tenant) => {
      await openMembers(page, tenant);
      await expectPage(page.getByRole("row")).toHaveCount(5);
    },
    "an invitation": async (page, tenant) => {
      await openMembers(page, tenant);
      await page.getByRole("button", { name: "Invite" }).click();
      await expectPage(fieldOf(page, "E-mail")).toBeFocused();
      await page.keyboard.press("Enter");
      await expectPage(page.getByText("Enter an e-mail address.")).toBeVisible();
    },
  },
  further: {
    "nobody else, and nobody invited": async (page, tenant) => {
      await openMembers(page, tenant, { ...madeMembers(), invitations: [] });
      await expectPage(page.getByText("Nobody is invited at the moment.")).toBeVisible();
    },
    "members, failed to load": async (page, tenant) => {
      await page.route("**/api/v1/members", (route) => route.fulfill({ status: 500, body: "" }));
      await openMembers(page, tenant, null);
      await expectPage(page.getByRole("heading", { name: "This did not load" })).toBeVisible();
    },
    "a member's role": async (page, tenant) => {
      await openMembers(page, tenant);
      await page.getByRole("button", { name: "More actions for Ann" }).click();
      await page.getByRole("menuitem", { name: "Change role" }).click();
      await expectPage(page.getByRole("radio", { name: /^viewer/ })).toBeFocused();
    },
    "the removal of a member": async (page, tenant) => {
      await openMembers(page, tenant);
      await page.getByRole("button", { name: "More actions for Ann" }).click();
      await page.getByRole("menuitem", { name: "Remove" }).click();
      await expectPage(page.getByRole("dialog", { name: "Remove Ann?" })).toBeVisible();
    },
  },
};
