/** In the browser: what a chat cost is seen, call by call; a budget of almost nothing is set, and the page says why nobody is answered. */
import { limitsSchema } from "@cogni/contract";
import { afterAll, beforeAll, expect } from "vitest";
import type { Tenant } from "../../dev-env/src/seed.ts";
import { disconnectFrom } from "../support/accounts.ts";
import { barriers, expectPage, fieldOf, PATIENT, test, world } from "../support/browsing.ts";

const CHANNEL = "try-it";
const ANN = { id: "ann", name: "Ann" };
const SENTENCE = "We are back tomorrow.";

let tenant: Tenant;
let bot: { token: string; name: string };
beforeAll(async () => {
  const [made, known] = await Promise.all([world.tenants(1), world.tryItBot()]);
  [tenant] = made as [Tenant];
  bot = known;
  await world.api(tenant).connect(CHANNEL, bot.token);
  await world.api(tenant).reaches(CHANNEL, ["connected"], PATIENT.timeout);
});
afterAll(() => disconnectFrom(world.api(tenant), CHANNEL));

const heard = async () => (await world.tryIt.sent(bot.token)).map(({ text }) => text);

/** Someone else's program sets another limit. */
async function changeMeanwhile(): Promise<void> {
  const { body } = await world.api(tenant).request("GET", "/api/v1/limits");
  const { operatorMonthBudget, changedAt, standing, ...set } = limitsSchema.parse(body);
  const change = { ...set, callsPerMinute: 99 };
  const { status } = await world.api(tenant).request("POST", "/api/v1/limits", change);
  expect(status).toBe(200);
}

test("a chat's call stands in the usage with its cost; at a budget of almost nothing people get the tenant's sentence, and the page says why", {
  timeout: 240_000,
}, async ({ visit }) => {
  await world.tryIt.say(bot.token, { from: ANN, text: "what does this cost?" });
  await expectPage.poll(heard, PATIENT).not.toEqual([]);

  const page = await visit(tenant, {
    path: `/t/${tenant.billingAccountId}/usage`,
    tolerates: ["/api/v1/limits"],
  });
  const calls = page.getByRole("table", { name: "Calls" });
  // Usage is written down in batches, and the page is not up to date by itself at once.
  const shows = async (row: RegExp) => {
    await page.reload();
    await expectPage(calls.getByRole("row", { name: row }).first()).toBeVisible({ timeout: 5_000 });
  };
  await expectPage(() => shows(/Answered.*\$0\.0*[1-9]/)).toPass(PATIENT);
  await expectPage(page.getByRole("table", { name: "What it was for" })).toContainText(CHANNEL);
  await expectPage(page.getByText("No budget is set")).toBeVisible();
  const bars = page.getByRole("list", { name: "Cost by day" }).getByRole("button");
  const today = bars.last();
  await expectPage(today).toHaveAccessibleName(/\$0\.0*[1-9].*call/);
  await today.press("ArrowLeft");
  await expectPage(bars.nth(-2)).toBeFocused();
  await page.keyboard.press("End");
  await expectPage(today).toBeFocused();
  await today.press("Enter");
  await page.waitForURL("**/usage?day=**");

  await calls.getByRole("link").first().click();
  const panel = page.getByRole("complementary");
  await expectPage(panel.getByRole("link", { name: "All calls of this conversation" })).toBeVisible();
  expect(await barriers(page)).toEqual([]);
  await panel.getByRole("link", { name: "What this request did, in the audit" }).click();
  await expectPage(page.getByRole("heading", { name: "Audit" })).toBeVisible();
  await expectPage(page.getByRole("button", { name: /^Only .*: show all$/ })).toBeVisible();

  await page.goto(`/t/${tenant.billingAccountId}/settings/limits`);
  await fieldOf(page, "A day").first().fill("0.000000001");
  await page.getByRole("textbox", { name: "What people are answered at a limit" }).fill(SENTENCE);
  await page.keyboard.press("Tab");
  await changeMeanwhile();
  await page.getByRole("button", { name: "Save" }).click();
  await expectPage(page.getByText("Someone else saved these settings")).toBeVisible();
  await expectPage(fieldOf(page, "A day").first()).toHaveValue("0.000000001");
  await page.getByRole("button", { name: "Replace theirs with mine" }).click();
  await expectPage(page.getByText("Saved. Holds from the next call on.")).toBeVisible();

  await world.tryIt.say(bot.token, { from: ANN, text: "and now?" });
  await expectPage.poll(heard, PATIENT).toContain(SENTENCE);
  await page.goto(`/t/${tenant.billingAccountId}/usage`);
  await expectPage(() => shows(/Refused by a limit: Day budget/)).toPass(PATIENT);
  await expectPage(page.getByText("Used up: people get your sentence instead of answers")).toBeVisible();
  await expectPage(page.getByRole("meter", { name: "Day budget" })).toBeVisible();
});
