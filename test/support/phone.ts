/** The phone that a code is scanned with, used as a person uses it: the page of the `try-it` messenger. */
import type { Page } from "@playwright/test";
import type { Tenant } from "../../dev-env/src/seed.ts";
import { expectPage, type Visit, world } from "./browsing.ts";

/** In a browser of its own, as the phone is no part of the console. */
export const openPhone = (visit: Visit): Promise<Page> =>
  visit(null, { path: world.tryItUrl, foreign: true });

/** Scans the code that the tenant's page shows now, and answers it. */
export async function scanOn(phone: Page, tenant: Tenant, answer: "Link" | "Refuse"): Promise<void> {
  const name = `Scan the code of ${accountOf(tenant)}`;
  await phone.getByRole("button", { name }).click();
  await phone.getByRole("dialog").getByRole("button", { name: answer, exact: true }).click();
  await expectPage(phone.getByRole("button", { name })).toBeHidden();
}

/** Ends the link from the phone's side. */
export async function logOutOn(phone: Page, tenant: Tenant): Promise<void> {
  await phone
    .getByRole("button", { name: `linked to ${accountOf(tenant)}` })
    .first()
    .click();
  await phone.getByRole("button", { name: "Log this device out" }).click();
}

const accountOf = ({ billingAccountId }: Tenant): string => `tenant-${billingAccountId}`;
