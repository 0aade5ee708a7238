/** Connecting by a scanned code, as a person does it, with the console in one browser and the phone in another. */
import type { Page } from "@playwright/test";
import { describe } from "vitest";
import type { Tenant } from "../../dev-env/src/seed.ts";
import { disconnectFrom } from "../support/accounts.ts";
import { cardOf, expectPage, PATIENT, tabTo, test, world } from "../support/browsing.ts";
import { LONG } from "../support/long.ts";
import { logOutOn, openPhone, scanOn } from "../support/phone.ts";

const CHANNEL = "try-it-qr";
const LABEL = "Try it by QR code";
const CONNECT = { name: `Connect ${LABEL}`, exact: true };
const SHOW = { name: `Show code of ${LABEL}` };

/** A gateway that takes its time over a disconnect keeps the wish; the page says so, and closes when it is done. */
const BUSY = { tolerates: ["504 (Gateway Timeout)"] };

const dialogOf = (page: Page) => page.getByRole("dialog", CONNECT);
const codeOf = (page: Page) => dialogOf(page).getByRole("img", { name: `QR code to link ${LABEL}` });

async function makeTenant(): Promise<Tenant> {
  const [tenant] = await world.tenants(1);
  if (!tenant) throw new Error("no tenant was made");
  return tenant;
}

/** From the card to the code. */
async function showCode(page: Page): Promise<void> {
  await page.getByRole("button", CONNECT).click();
  await dialogOf(page).getByRole("button", { name: "Show code" }).click();
  await expectPage(codeOf(page)).toBeVisible(PATIENT);
}

const end = (tenant: Tenant) => disconnectFrom(world.api(tenant), CHANNEL);

describe.concurrent("in the browser", { timeout: 240_000 }, () => {
  test("a scanned code turns the card green; logged out on the phone, one more scan brings it back", async ({
    visit,
  }) => {
    const tenant = await makeTenant();
    const [page, phone] = [await visit(tenant), await openPhone(visit)];
    await showCode(page);
    await expectPage(dialogOf(page).getByRole("listitem")).toHaveCount(3);
    await expectPage(dialogOf(page).getByRole("timer")).toHaveText(/^Valid for [0-3]:\d\d$/);
    await expectPage(cardOf(page, LABEL)).toContainText("Awaiting scan");

    await scanOn(phone, tenant, "Link");
    await expectPage(dialogOf(page).getByText("Connected as My phone")).toBeVisible(PATIENT);
    await expectPage(dialogOf(page).getByRole("button", { name: "Done" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expectPage(cardOf(page, LABEL)).toContainText("My phoneConnected");
    await expectPage(page.locator("[aria-live=polite]").first()).toHaveText(/Try it by QR code: Connected/);

    await logOutOn(phone, tenant);
    await expectPage(cardOf(page, LABEL)).toContainText(
      /Action required.*The messenger ended this session/,
      PATIENT,
    );
    await cardOf(page, LABEL).getByRole("button", { name: "Scan again" }).click();
    await expectPage(codeOf(page)).toBeVisible(PATIENT);
    await scanOn(phone, tenant, "Link");
    await expectPage(dialogOf(page).getByText("Connected as My phone")).toBeVisible(PATIENT);
    await page.keyboard.press("Escape");
    await expectPage(cardOf(page, LABEL)).toContainText("My phoneConnected");
    await end(tenant);
  });

  test("by keyboard alone one comes to the code, which survives a reload and is the same in a second tab", async ({
    visit,
  }) => {
    const tenant = await makeTenant();
    const [page, phone] = [await visit(tenant), await openPhone(visit)];
    const connect = page.getByRole("button", CONNECT);
    await expectPage(connect).toBeVisible();
    await tabTo(page, connect);
    await page.keyboard.press("Enter");
    await tabTo(page, dialogOf(page).getByRole("button", { name: "Show code" }));
    await page.keyboard.press("Enter");
    await expectPage(codeOf(page)).toBeVisible(PATIENT);
    await expectPage(dialogOf(page).getByRole("button", { name: "Close" }).last()).toBeFocused();

    await page.reload();
    await page.getByRole("button", SHOW).click();
    await expectPage(codeOf(page)).toBeVisible(PATIENT);
    const other = await page.context().newPage();
    await other.goto("/channels");
    await other.getByRole("button", SHOW).click();
    const shown = async (some: Page) => codeOf(some).getAttribute("src");
    await expectPage.poll(async () => (await shown(page)) === (await shown(other)), PATIENT).toBe(true);

    await scanOn(phone, tenant, "Link");
    for (const tab of [page, other]) {
      await expectPage(dialogOf(tab).getByText("Connected as My phone")).toBeVisible(PATIENT);
    }
    await end(tenant);
  });

  test.runIf(LONG)(
    "a code rotates in its place, greys out when its time is over, and a fresh one connects",
    async ({ visit }) => {
      const tenant = await makeTenant();
      const [page, phone] = [await visit(tenant), await openPhone(visit)];
      await page.getByRole("button", CONNECT).click();
      await world.tryIt.timing({ rotateMs: 4_000, lifetimeMs: 14_000 });
      await dialogOf(page).getByRole("button", { name: "Show code" }).click();
      await expectPage(codeOf(page)).toBeVisible(PATIENT);
      await world.tryIt.timing(null);
      const first = await codeOf(page).getAttribute("src");
      await expectPage(codeOf(page)).not.toHaveAttribute("src", first ?? "", PATIENT);

      const failure = dialogOf(page).getByRole("alert");
      await expectPage(failure).toContainText(
        "Nobody scanned the code in time. Ask for a fresh code",
        PATIENT,
      );
      await expectPage(dialogOf(page).getByText("This code no longer works")).toBeVisible();
      await expectPage(dialogOf(page).getByRole("timer")).toHaveCount(0);
      const again = dialogOf(page).getByRole("button", { name: "Get a new code" });
      await expectPage(again).toBeFocused();
      await page.keyboard.press("Enter");
      await expectPage(dialogOf(page).getByRole("timer")).toBeVisible(PATIENT);
      await scanOn(phone, tenant, "Link");
      await expectPage(dialogOf(page).getByText("Connected as My phone")).toBeVisible(PATIENT);
      await end(tenant);
    },
  );

  // In npm test through the API: qr-login.test.ts.
  test.runIf(LONG)(
    "a login that the phone refuses says so, and one that is cancelled leaves the card as it was",
    async ({ visit }) => {
      const tenant = await makeTenant();
      const [page, phone] = [await visit(tenant, BUSY), await openPhone(visit)];
      await showCode(page);
      await scanOn(phone, tenant, "Refuse");
      await expectPage(dialogOf(page).getByRole("alert")).toContainText(
        "The messenger or the person at the phone refused this login.",
        PATIENT,
      );
      await dialogOf(page).getByRole("button", { name: "Get a new code" }).click();
      await expectPage(dialogOf(page).getByRole("timer")).toBeVisible(PATIENT);
      await page.keyboard.press("Escape");

      await page.getByRole("button", { name: `More actions for ${LABEL}` }).click();
      await page.getByRole("menuitem", { name: "Cancel login" }).click();
      const question = page.getByRole("dialog", { name: `Cancel the login to ${LABEL}?` });
      await question.getByRole("button", { name: "Cancel login" }).click();
      await expectPage(question).toBeHidden(PATIENT);
      await expectPage(cardOf(page, LABEL)).toContainText("Not connected");
      await expectPage(page.getByRole("button", CONNECT)).toBeFocused();
    },
  );
});
