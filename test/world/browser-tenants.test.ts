/** Tenants and their people in the browser: which one a tab is about, how people come and go, and what each is offered. */
import { connectRequestSchema, TENANT_HEADER } from "@cogni/contract";
import type { Page } from "@playwright/test";
import { expect } from "vitest";
import type { Tenant } from "../../dev-env/src/seed.ts";
import {
  barriers,
  cardOf,
  expectPage,
  fieldOf,
  PATIENT,
  test,
  type Visit,
  world,
} from "../support/browsing.ts";

const pathOf = ({ billingAccountId }: Tenant, section: string) => `/t/${billingAccountId}/${section}`;
const switcherOf = (page: Page, name: string) => page.getByRole("button", { name: `Account: ${name}` });
const rowOf = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name });

/** The first one's owner, who was made an owner of a second tenant too. */
async function ownerOfTwo(visit: Visit): Promise<{ page: Page; one: Tenant; other: Tenant }> {
  const [one, other] = await world.tenants(2);
  if (!one || !other) throw new Error("no tenants were made");
  const page = await visit(one, { tolerates: ["/api/v1/channels/connect"] });
  const inviting = await visit(other, { path: pathOf(other, "settings/members") });
  const link = await invite(inviting, one.email, "owner");
  await page.goto(link);
  await page.getByRole("button", { name: "Join" }).click();
  await page.waitForURL(`${world.url}${pathOf(other, "channels")}`);
  return { page, one, other };
}

/** By the members page; answers the link that it shows. */
async function invite(page: Page, email: string, role: string): Promise<string> {
  await page.getByRole("button", { name: "Invite" }).click();
  await fieldOf(page, "E-mail").fill(email);
  await page.getByRole("radio", { name: new RegExp(`^${role}`) }).check();
  await page.keyboard.press("Enter");
  const link = await page.getByRole("dialog").getByRole("code").textContent(PATIENT);
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("button", { name: "Done" }).click();
  return link ?? "";
}

test("whoever has two accounts switches between them by keyboard, stays in the section, and comes back to the last", async ({
  visit,
}) => {
  const { page, one, other } = await ownerOfTwo(visit);
  await page.goto(pathOf(one, "settings/members"));
  await expectPage(rowOf(page, one.email)).toBeVisible();
  await switcherOf(page, one.name).press("Enter");
  await expectPage(page.getByRole("menuitemradio", { name: one.name })).toBeFocused();
  await expectPage(page.getByRole("menuitemradio", { name: one.name })).toBeChecked();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${world.url}${pathOf(other, "settings/members")}`);
  await expectPage(rowOf(page, other.email)).toBeVisible();
  await page.goto("/channels");
  await page.waitForURL(`${world.url}${pathOf(other, "channels")}`);
  await expectPage(switcherOf(page, other.name)).toBeVisible();
});

test("each tab reads and changes the account of its own address, whatever the other tabs show", async ({
  visit,
}) => {
  const { page, one, other } = await ownerOfTwo(visit);
  await page.goto(pathOf(one, "settings/general"));
  const second = await page.context().newPage();
  await second.goto(pathOf(other, "settings/general"));
  await expectPage(switcherOf(second, other.name)).toBeVisible();
  const rename = async (tab: Page, name: string) => {
    await tab.getByRole("textbox", { name: "Name" }).fill(name);
    await tab.keyboard.press("Enter");
    await expectPage(tab.getByText("Saved.")).toBeVisible();
    await expectPage(switcherOf(tab, name)).toBeVisible();
  };
  await rename(page, `${one.name} renamed`);
  await rename(second, `${other.name} too`);
  await page.reload();
  await expectPage(switcherOf(page, `${one.name} renamed`)).toBeVisible();

  const asked = second.waitForRequest("**/api/v1/channels/connect");
  await second.route("**/api/v1/channels/connect", (route) => route.abort());
  await second.getByRole("link", { name: "Channels" }).click();
  await second.getByRole("button", { name: "Connect Telegram" }).click();
  await fieldOf(second, "Bot token").fill("1:a");
  await second.keyboard.press("Enter");
  const request = await asked;
  expect(connectRequestSchema.parse(request.postDataJSON()).channel).toBe("telegram");
  expect(request.headers()[TENANT_HEADER.toLowerCase()]).toBe(other.billingAccountId);
});

test("someone new comes by the link of the members page, is made a viewer, and is offered nothing that would be refused", async ({
  visit,
}) => {
  const [tenant] = await world.tenants(1);
  if (!tenant) throw new Error("no tenant was made");
  const owner = await visit(tenant, { path: pathOf(tenant, "settings/members") });
  const email = `new-${tenant.email}`;
  const link = await invite(owner, email, "manager");
  await expectPage(rowOf(owner, email)).toContainText("manager");

  // Whoever has left may ask once more before the page is gone.
  const page = await visit(null, { path: link, tolerates: ["/api/v1/members", "/api/v1/channels/"] });
  await fieldOf(page, "Your name").fill("Nina Newcomer");
  await fieldOf(page, "Password").fill("long enough, too");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${world.url}${pathOf(tenant, "channels")}`);
  await expectPage(page.getByRole("button", { name: "Connect Telegram" })).toBeVisible();

  await owner.reload();
  await expectPage(rowOf(owner, email)).toContainText("Nina Newcomer");
  await owner.getByRole("button", { name: "More actions for Nina Newcomer" }).click();
  await owner.getByRole("menuitem", { name: "Change role" }).click();
  await owner.getByRole("radio", { name: /^viewer/ }).check();
  await owner.keyboard.press("Enter");
  await expectPage(owner.getByRole("dialog")).toBeHidden();
  await expectPage(rowOf(owner, email)).toContainText("viewer");

  await page.reload();
  await expectPage(page.getByText("You may look at the channels.")).toBeVisible();
  await expectPage(cardOf(page)).toBeVisible();
  await expectPage(page.getByRole("main").getByRole("button")).toHaveCount(0);
  await page.goto(pathOf(tenant, "settings/general"));
  await expectPage(page.getByText("Admins and owners may change it.")).toBeVisible();
  await page.goto(pathOf(tenant, "settings/members"));
  await expectPage(rowOf(page, tenant.name)).toContainText("owner");
  await expectPage(page.getByRole("button", { name: "Invite" })).toHaveCount(0);
  await expectPage(page.getByRole("button", { name: `More actions for ${tenant.name}` })).toHaveCount(0);

  await page.getByRole("button", { name: "More actions for Nina Newcomer" }).click();
  await page.getByRole("menuitem", { name: "Leave" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await expectPage(page.getByRole("heading", { name: "You belong to no account yet" })).toBeVisible();
});

test("the only owner is told why they stay one", async ({ visit }) => {
  const [tenant] = await world.tenants(1);
  if (!tenant) throw new Error("no tenant was made");
  const page = await visit(tenant, { path: pathOf(tenant, "settings/members") });
  await page.getByRole("button", { name: `More actions for ${tenant.name}` }).click();
  await page.getByRole("menuitem", { name: "Leave" }).click();
  const dialog = page.getByRole("dialog", { name: `Leave ${tenant.name}?` });
  await expectPage(dialog).toContainText("an account is never without one");
  await expectPage(dialog.getByRole("button", { name: "Leave" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expectPage(page.getByRole("button", { name: `More actions for ${tenant.name}` })).toBeFocused();
});
