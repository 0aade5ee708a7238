/** What a page tells while something is wrong with the messenger or with us, and that it recovers without a reload. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator } from "@playwright/test";
import { describe, expect, vi } from "vitest";
import type { Fault } from "../../dev-env/src/stand-ins/telegram.ts";
import { disconnectAll, makeAccount } from "../support/accounts.ts";
import {
  cardOf,
  connectOn,
  expectPage,
  fieldOf,
  PATIENT,
  test,
  withoutStream,
  world,
} from "../support/browsing.ts";
import { LONG } from "../support/long.ts";

/** Until the gateway has seen a fault often enough to tell of it. */
const TOLD = { timeout: 150_000 };

/** From the outbox, in which development puts its mails. */
const mailTo = (address: string, subject: string): Promise<string> =>
  vi.waitFor(async () => {
    const folder = join(world.dataDir, "outbox");
    for (const name of await readdir(folder).catch(() => [])) {
      const mail = name.startsWith(".") ? "" : await readFile(join(folder, name), "utf8");
      if (mail.startsWith(`To: ${address}\nSubject: ${subject}\n`)) return mail;
    }
    throw new Error(`no such mail to ${address} yet`);
  }, TOLD);

async function tellsOfRefusal(card: Locator): Promise<void> {
  await expectPage(card).toContainText(/Action requiredsince .*The messenger refused this credential/, TOLD);
  await expectPage(card).toContainText("Copy the credential again from the messenger");
  await card.getByText("Details").click();
  await expectPage(card.getByText("credential_refused")).toBeVisible();
}

/** All at once: most of the time goes by in waiting for the gateway's own patience to end. */
describe.concurrent("a card tells", { timeout: 240_000 }, () => {
  test.runIf(LONG)("that a token was revoked, and offers to replace it", async ({ visit }) => {
    const account = await makeAccount(world);
    const page = await visit(account.tenant);
    await connectOn(page, account);
    await world.telegram.revoke(account.token);
    const card = cardOf(page);
    await tellsOfRefusal(card);

    const next = await world.bot();
    await card.getByRole("button", { name: "Replace credential" }).click();
    const dialog = page.getByRole("dialog", { name: "Replace Telegram credential" });
    await fieldOf(page, "Bot token").fill(next.token);
    await dialog.getByRole("button", { name: "Replace" }).click();
    await expectPage(dialog.getByText(`Connected as @${next.username}`)).toBeVisible(PATIENT);
    await dialog.getByRole("button", { name: "Done" }).click();
    await expectPage(card).toContainText(`Telegram@${next.username}Connected`);
    await disconnectAll([account]);
  });

  test("and the bell, a banner and a mail, that a token was revoked, until it is replaced", async ({
    visit,
  }) => {
    const account = await makeAccount(world);
    const page = await visit(account.tenant);
    await connectOn(page, account);
    await expectPage(page.getByRole("button", { name: "Alerts", exact: true })).toBeVisible();
    await world.telegram.revoke(account.token);
    await tellsOfRefusal(cardOf(page));
    const banner = page.getByRole("region", { name: "What waits for you" });
    await expectPage(banner).toContainText("Telegram is down. The messenger refused this credential", TOLD);
    await expectPage(
      page.getByRole("status").filter({ hasText: "New alert: Telegram is down." }),
    ).toBeAttached();
    await page.getByRole("button", { name: "Alerts: 1 new" }).click();
    const bell = page.getByRole("dialog", { name: "Alerts" });
    await expectPage(bell.getByRole("heading", { name: `Alerts of ${account.tenant.name}` })).toBeFocused();
    await expectPage(bell.getByRole("listitem")).toContainText(/Telegram is down.*since .*Go to the channel/);
    await page.keyboard.press("Escape");
    await expectPage(bell).toBeHidden();
    const mail = await mailTo(account.tenant.email, "Telegram is down");
    expect(mail).toContain(`${world.url}/t/${account.tenant.billingAccountId}/channels`);

    const next = await world.bot();
    await banner.getByRole("button", { name: "Replace credential" }).click();
    const dialog = page.getByRole("dialog", { name: "Replace Telegram credential" });
    await fieldOf(page, "Bot token").fill(next.token);
    await dialog.getByRole("button", { name: "Replace" }).click();
    await expectPage(dialog.getByText(`Connected as @${next.username}`)).toBeVisible(PATIENT);
    await dialog.getByRole("button", { name: "Done" }).click();
    await expectPage(page.getByRole("button", { name: "Alerts", exact: true })).toBeVisible(TOLD);
    await expectPage(banner).toBeHidden();
    expect(await mailTo(account.tenant.email, "Telegram works again")).toContain("The trouble lasted from");
    await disconnectAll([account]);
  });

  test.runIf(LONG)("that another program takes the messages, and what to do", async ({ visit }) => {
    const account = await makeAccount(world);
    const page = await visit(account.tenant);
    await connectOn(page, account);
    await world.telegram.fault(account.token, { kind: "status", status: 409 });
    const card = cardOf(page);
    await expectPage(card).toContainText(
      /Action required.*Another program receives this bot's messages\./,
      TOLD,
    );
    await expectPage(card).toContainText("Stop the other program, or replace the credential");
    await disconnectAll([account]);
  });

  test.runIf(LONG)("nothing worse than patience about a slow messenger", async ({ visit }) => {
    const account = await makeAccount(world);
    await world.telegram.fault(account.token, { kind: "slow", ms: 1_500 });
    const page = await visit(account.tenant);
    await page.getByRole("button", { name: "Connect Telegram" }).click();
    await fieldOf(page, "Bot token").fill(account.token);
    await page.keyboard.press("Enter");
    await expectPage(cardOf(page)).toContainText("ConnectingStarting the connection to Telegram.", PATIENT);
    await expectPage(page.getByText(`Connected as @${account.username}`)).toBeVisible(TOLD);
    await world.telegram.fault(account.token, null);
    await disconnectAll([account]);
  });

  const troubles: Record<string, Fault> = {
    "answers with errors": { kind: "status", status: 500 },
    "cuts connections": { kind: "cut" },
  };
  for (const [name, fault] of Object.entries(troubles)) {
    test.runIf(LONG)(`that a messenger ${name}, and turns green when that is over`, async ({ visit }) => {
      const account = await makeAccount(world);
      await world.telegram.fault(account.token, fault);
      const page = await visit(account.tenant);
      await page.getByRole("button", { name: "Connect Telegram" }).click();
      await fieldOf(page, "Bot token").fill(account.token);
      await page.keyboard.press("Enter");
      await expectPage(page.getByText("Taking longer than usual")).toBeVisible(PATIENT);
      await page.getByRole("button", { name: "Close" }).last().click();
      const card = cardOf(page);
      await expectPage(card).toContainText(
        /Connecting.*The gateway cannot reach the messenger's servers\./,
        TOLD,
      );
      await world.telegram.fault(account.token, null);
      await expectPage(card).toContainText(`Telegram@${account.username}Connected`, TOLD);
      await disconnectAll([account]);
    });
  }

  test("what it knew last while we can't be reached, and goes on by itself", async ({ visit }) => {
    const account = await makeAccount(world);
    const page = await visit(account.tenant, { tolerates: ["ERR_CONNECTION_REFUSED", "/api/v1/"] });
    await withoutStream(page);
    const card = cardOf(page);
    await expectPage(card).toContainText("Not connected");
    await page.route("**/api/v1/**", (route) => route.abort("connectionrefused"));
    await expectPage(page.getByRole("main").getByRole("status")).toHaveText(
      /^We can't be reached; trying again\. Last updated /,
    );
    await expectPage(card).toContainText("Not connected");
    await page.getByRole("button", { name: "Connect Telegram" }).click();
    await fieldOf(page, "Bot token").fill(account.token);
    await page.keyboard.press("Enter");
    await expectPage(page.getByRole("dialog").getByRole("alert")).toContainText("We can't be reached.");
    await expectPage(fieldOf(page, "Bot token")).toHaveValue(account.token);

    await page.unroute("**/api/v1/**");
    await page.keyboard.press("Enter");
    await expectPage(page.getByText(`Connected as @${account.username}`)).toBeVisible(PATIENT);
    await page.getByRole("button", { name: "Done" }).click();
    await expectPage(page.getByText("Live updates are paused; checking every few seconds.")).toBeVisible();
    await disconnectAll([account]);
  });
});

test("a page that is opened while we can't be reached says so, and loads when asked again", async ({
  visit,
}) => {
  const [tenant] = await world.tenants(1);
  const page = await visit(tenant ?? null, { tolerates: ["/api/v1/"] });
  await page.route("**/api/v1/**", (route) => route.fulfill({ status: 502, body: "bad gateway" }));
  await page.reload();
  const failure = page.getByRole("alert").filter({ hasText: "This did not load" });
  await expectPage(failure).toContainText("The answer could not be read.");
  await page.unroute("**/api/v1/**");
  await failure.getByRole("button", { name: "Try again" }).click();
  await expectPage(cardOf(page)).toContainText("Not connected");
});
