/** Who may write, on the page: chosen when connecting, changed later, and people let in one by one. */
import type { Page } from "@playwright/test";
import { describe } from "vitest";
import type { Tenant } from "../../dev-env/src/seed.ts";
import { disconnectFrom } from "../support/accounts.ts";
import { cardOf, expectPage, fieldOf, PATIENT, test, world } from "../support/browsing.ts";
import { LONG } from "../support/long.ts";

const CHANNEL = "try-it";
const LABEL = "Try it";
const CONNECT = { name: `Connect ${LABEL}`, exact: true };
const ANN = { id: "ann", name: "Ann" };
const BEN = { id: "ben", name: "Ben" };

interface Bot {
  tenant: Tenant;
  token: string;
  name: string;
}

async function makeBot(): Promise<Bot> {
  const [[tenant], bot] = await Promise.all([world.tenants(1), world.tryItBot()]);
  if (!tenant) throw new Error("no tenant was made");
  return { tenant, ...bot };
}

async function connect(page: Page, { token, name }: Bot, access: "Everyone" | "People I approve") {
  await page.getByRole("button", CONNECT).click();
  await fieldOf(page, "Bot token").fill(token);
  await page.getByRole("radio", { name: access }).check();
  await page.getByRole("dialog").getByRole("button", { name: "Connect", exact: true }).click();
  await expectPage(page.getByText(`Connected as ${name}`)).toBeVisible(PATIENT);
  await page.getByRole("button", { name: "Done" }).click();
}

const heard = async ({ token }: Bot, { id }: { id: string }) =>
  (await world.tryIt.sent(token)).filter(({ chat }) => chat === id).length;

describe.concurrent("in the browser", { timeout: 240_000 }, () => {
  test("people wait until they are approved, and whoever is dismissed hears nothing", async ({ visit }) => {
    const bot = await makeBot();
    const page = await visit(bot.tenant);
    await connect(page, bot, "People I approve");
    await world.tryIt.say(bot.token, { from: ANN, text: "hello" });
    await world.tryIt.say(bot.token, { from: BEN, text: "hello" });

    await page.getByRole("button", { name: `2 waiting to write on ${LABEL}` }).click(PATIENT);
    const dialog = page.getByRole("dialog", { name: `Waiting to write on ${LABEL}` });
    await expectPage(dialog.getByRole("listitem")).toHaveCount(2, PATIENT);
    const before = await heard(bot, ANN);
    await dialog.getByRole("button", { name: "Approve Ann" }).click();
    await expectPage(dialog.getByRole("status")).toHaveText("Ann is approved", PATIENT);
    await expectPage(dialog.getByRole("listitem").filter({ hasText: "Ann" })).toContainText("Approved");
    await expectPage(dialog.getByRole("button", { name: "Approve Ben" })).toBeFocused();
    await dialog.getByRole("button", { name: "Dismiss Ben" }).click();
    await expectPage(dialog.getByRole("status")).toHaveText("Ben is dismissed", PATIENT);
    await expectPage(dialog.getByRole("button", { name: "Close" }).last()).toBeFocused();
    await page.keyboard.press("Enter");
    await expectPage(cardOf(page, LABEL).getByText("waiting")).toHaveCount(0, PATIENT);

    await world.tryIt.say(bot.token, { from: ANN, text: "and now?" });
    await expectPage.poll(() => heard(bot, ANN), PATIENT).toBeGreaterThan(before);
    await disconnectFrom(world.api(bot.tenant), CHANNEL);
  });

  // In npm test through the API: senders.test.ts.
  test.runIf(LONG)("who may write is changed later, without the token", async ({ visit }) => {
    const bot = await makeBot();
    const page = await visit(bot.tenant);
    await connect(page, bot, "Everyone");
    const open = async () => {
      await page.getByRole("button", { name: `More actions for ${LABEL}`, exact: true }).click();
      await page.getByRole("menuitem", { name: "Who may write" }).click();
    };
    await open();
    const dialog = page.getByRole("dialog", { name: `Who may write on ${LABEL}` });
    await expectPage(dialog.getByRole("radio", { name: "Everyone" })).toBeChecked();
    await dialog.getByRole("radio", { name: "People I approve" }).check();
    await page.keyboard.press("Enter");
    await expectPage(dialog).toBeHidden(PATIENT);
    await expectPage(cardOf(page, LABEL)).toContainText(`${bot.name}Connected`, PATIENT);
    await world.tryIt.say(bot.token, { from: BEN, text: "hello" });
    await expectPage(cardOf(page, LABEL).getByText("1 waiting")).toBeVisible(PATIENT);

    await open();
    await expectPage(dialog.getByRole("radio", { name: "People I approve" })).toBeChecked();
    await page.keyboard.press("Escape");
    await disconnectFrom(world.api(bot.tenant), CHANNEL);
  });
});
