/** The main job, as a person does it: connect, see it turn green, disconnect; and what goes wrong on the way. */
import { createHash } from "node:crypto";
import { describe, expect } from "vitest";
import { disconnectAll, makeAccount, makeAccounts } from "../support/accounts.ts";
import { cardOf, connectOn, expectPage, fieldOf, PATIENT, tabTo, test, world } from "../support/browsing.ts";
import { databaseOf } from "../support/database.ts";
import { LONG } from "../support/long.ts";

const CONNECT = { name: "Connect Telegram" };
/** The tenant's connects, as if it had made them all in a window that ends then. */
async function usedUp(billingAccountId: string, endsInS: number): Promise<void> {
  const key = `connect:${createHash("sha256").update(billingAccountId).digest("base64url")}`;
  await databaseOf(world, world.env.DATABASE_URL).query(
    `INSERT INTO rate_limits (key, points, expire) VALUES ($1, 60, extract(epoch FROM now()) * 1000 + $2)
     ON CONFLICT (key) DO UPDATE SET expire = excluded.expire`,
    [key, endsInS * 1000],
  );
}

const MORE = { name: "More actions for Telegram" };

describe.concurrent("in the browser", { timeout: 180_000 }, () => {
  test("by keyboard alone a token turns the card green, and a screen reader hears it", async ({ visit }) => {
    const account = await makeAccount(world);
    const { tenant, token, username } = account;
    const page = await visit(tenant);
    const connect = page.getByRole("button", CONNECT);
    await expectPage(connect).toBeVisible();
    await tabTo(page, connect);
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", CONNECT);
    await expectPage(fieldOf(page, "Bot token")).toBeFocused();
    await page.keyboard.insertText(token);
    await page.keyboard.press("Enter");
    await expectPage(dialog.getByRole("list", { name: "Progress" }).getByRole("listitem")).toHaveText([
      /Saved/,
      /Handed to the gateway/,
      /Logged in/,
      /Listening for messages/,
    ]);
    await expectPage(dialog.getByRole("status")).toHaveText(`Connected as @${username}`, PATIENT);
    await expectPage(dialog.getByRole("listitem").getByText(", done")).toHaveCount(4);
    await expectPage(page.locator("[aria-live=polite]")).toHaveText(/Telegram: Connected/);

    await expectPage(dialog.getByRole("button", { name: "Done" })).toBeFocused();
    await page.keyboard.press("Enter");
    await expectPage(dialog).toBeHidden();
    await expectPage(cardOf(page)).toContainText(`Telegram@${username}Connected`);
    await expectPage(page.getByRole("button", MORE)).toBeFocused();

    await world.telegram.say(token, { chat: 5, text: "hello" });
    await expectPage(cardOf(page)).toContainText(/Last received(just now|10 sec. ago)/, PATIENT);
    await disconnectAll([account]);
  });

  test.runIf(LONG)(
    "a limit is told in words, the button says when it works again, and does",
    async ({ visit }) => {
      const account = await makeAccount(world);
      const page = await visit(account.tenant, { tolerates: ["429 (Too Many Requests)"] });
      await page.clock.install();
      await usedUp(account.id, 600);
      await page.getByRole("button", CONNECT).click();
      const dialog = page.getByRole("dialog", CONNECT);
      const submit = dialog.getByRole("button", { name: "Connect" });
      await fieldOf(page, "Bot token").fill(account.token);
      await submit.click();
      await expectPage(dialog.getByRole("alert")).toHaveText(
        /asked more often than the limit allows\. Wait a moment.* You can try again in 10 min\./,
        PATIENT,
      );
      await expectPage(dialog.getByRole("timer")).toHaveText("You can try again in 10 min.");
      await expectPage(submit).toHaveAttribute("aria-disabled", "true");
      await page.clock.fastForward(570_000);
      await expectPage(dialog.getByRole("timer")).toHaveText(/^You can try again in \d\d sec\.$/);
      await usedUp(account.id, 0);
      await page.clock.fastForward(30_000);
      await expectPage(dialog.getByRole("status")).toHaveText("You can try again now.", PATIENT);
      await expectPage(fieldOf(page, "Bot token")).toHaveValue(account.token);
      await submit.click();
      await expectPage(page.getByText(`Connected as @${account.username}`)).toBeVisible(PATIENT);
      await disconnectAll([account]);
    },
  );

  test("a refused token is told beside the field with its remedy, stays there to be mended, and the right one connects", async ({
    visit,
  }) => {
    const account = await makeAccount(world);
    const { tenant, token, username } = account;
    const wrong = `${token.split(":")[0]}:${"A".repeat(35)}`;
    const page = await visit(tenant);
    await page.getByRole("button", CONNECT).click();
    const field = fieldOf(page, "Bot token");
    await field.fill("   ");
    await page.keyboard.press("Enter");
    await expectPage(field).toHaveAccessibleDescription(/Enter the Bot token\./);

    await field.fill(wrong);
    await page.keyboard.press("Enter");
    await expectPage(field).toHaveAccessibleDescription(
      /The messenger refused this credential[^.]*\. Copy the credential again/,
      PATIENT,
    );
    await expectPage(field).toBeFocused();
    await expectPage(field).toHaveValue(wrong);
    await expectPage(field).toHaveAttribute("type", "password");
    await page.getByRole("button", { name: "Show or hide Bot token" }).click();
    await expectPage(field).toHaveAttribute("type", "text");
    await expectPage(cardOf(page)).toContainText("Action required");

    await field.fill(token);
    await page.keyboard.press("Enter");
    await expectPage(page.getByText(`Connected as @${username}`)).toBeVisible(PATIENT);
    await page.keyboard.press("Escape");
    await expectPage(cardOf(page)).toContainText(`Telegram@${username}Connected`);
    await disconnectAll([account]);
  });

  test.runIf(LONG)("another tenant sees nothing of it, and can't connect the same bot", async ({ visit }) => {
    const [ours, theirs] = await makeAccounts(world, 2);
    if (!ours || !theirs) throw new Error("no tenants were made");
    await connectOn(await visit(ours.tenant), ours);
    const page = await visit(theirs.tenant, { tolerates: ["/api/v1/channels/connect"] });
    await expectPage(cardOf(page)).toContainText("Not connected");
    await expectPage(page.getByText(ours.username)).toHaveCount(0);

    await page.getByRole("button", CONNECT).click();
    await fieldOf(page, "Bot token").fill(ours.token);
    await page.keyboard.press("Enter");
    await expectPage(fieldOf(page, "Bot token")).toHaveAccessibleDescription(
      /This credential already connects another account here\. Disconnect it there first/,
      PATIENT,
    );
    await page.getByRole("button", { name: "Cancel" }).click();
    await expectPage(cardOf(page)).toContainText("Not connected");
    expect((await ours.api.reaches("telegram", ["connected"])).displayName).toBe(`@${ours.username}`);
    await disconnectAll([ours]);
  });

  test("a disconnect asks once, Escape keeps everything, and two tabs agree on what became of it", async ({
    visit,
  }) => {
    const account = await makeAccount(world);
    const { tenant, token, username } = account;
    // On a busy machine the gateway may take its time: the dialog then says that the wish is kept, and closes when it is done.
    const page = await visit(tenant, { tolerates: ["504 (Gateway Timeout)"] });
    const other = await page.context().newPage();
    await other.goto("/channels");
    await connectOn(page, { token, username });
    await expectPage(cardOf(other)).toContainText(`Telegram@${username}Connected`, PATIENT);

    const more = page.getByRole("button", MORE);
    await more.click();
    await page.getByRole("menuitem", { name: "Disconnect" }).click();
    const dialog = page.getByRole("dialog", { name: "Disconnect Telegram?" });
    await expectPage(dialog).toContainText(`@${username} stops answering at once.`);
    await expectPage(dialog).toContainText("Your agent and its settings.");
    await expectPage(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
    await page.keyboard.press("Escape");
    await expectPage(dialog).toBeHidden();
    await expectPage(more).toBeFocused();
    await expectPage(cardOf(page)).toContainText("Connected since");

    await more.click();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Disconnect", exact: true }).click();
    await expectPage(dialog).toBeHidden(PATIENT);
    await expectPage(cardOf(page)).toContainText("Not connected");
    await expectPage(page.getByRole("button", CONNECT)).toBeFocused();
    await expectPage(cardOf(other)).toContainText("Not connected", PATIENT);
    await expectPage(other.getByText(username)).toHaveCount(0);
  });
});
