/**
 * Takes the pictures of the documentation from the real product: a tenant whose bot is connected and has been written
 * to, in a world whose gateway has installed the official plugins, as it does under `npm start`.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, expect, type Page } from "@playwright/test";
import { launchBrowser } from "./browser.ts";
import { CHECKOUT } from "./control-plane.ts";
import { seedTenants, type Tenant } from "./seed.ts";
import { type OwnWorld, startWorld } from "./world.ts";

const FOLDER = join(CHECKOUT, "docs", "images");
const BOT = { token: `7204418365:AA${"acmeSupport".repeat(3)}`, username: "acme_support_bot" };
const WIDE = { viewport: { width: 1280, height: 860 } };
const PHONE = { viewport: { width: 360, height: 720 }, deviceScaleFactor: 2 };
/** For whatever the gateway has a hand in. */
const PATIENT = { timeout: 60_000 };
/** Plugins are installed one after the other, half a minute each. */
const INSTALLED = { timeout: 300_000 };
/** How old the messages look: older than "just now". */
const LATER_MS = 4 * 60_000;

const world = await startWorld({
  settings: { INSTALL_CHANNEL_PLUGINS: "on" },
  log: (line) => process.stdout.write(`${line}\n`),
});
try {
  const browser = await launchBrowser();
  try {
    await takeAll(world, browser);
  } finally {
    await browser.close();
  }
} finally {
  await world.stop();
}

async function takeAll(world: OwnWorld, browser: Browser): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const [acme] = await seedTenants(world.env, [{ billingAccountId: "acme", name: "Acme" }]);
  if (!acme) throw new Error("the tenant was not made");
  const open = (options: BrowserContextOptions) => openChannels(browser, acme, options);

  await world.telegram.addBot(BOT);
  const connecting = await open(WIDE);
  await expect(connecting.getByRole("button", { name: "Connect Try it by QR code" })).toBeVisible(PATIENT);
  await expect(connecting.getByText("still being set up")).toHaveCount(0, INSTALLED);
  await connecting.getByRole("button", { name: "Connect Telegram" }).click();
  await connecting.getByLabel("Bot token", { exact: true }).fill(BOT.token);
  await connecting.keyboard.press("Enter");
  await expect(connecting.getByText(`Connected as @${BOT.username}`)).toBeVisible(PATIENT);
  await take(connecting, "connect");

  const scanning = await open(WIDE);
  await scanning.getByRole("button", { name: "Connect Try it by QR code" }).click();
  await scanning.getByRole("dialog").getByRole("button", { name: "Show code" }).click();
  await expect(scanning.getByRole("img", { name: "QR code to link" })).toBeVisible(PATIENT);
  await take(scanning, "scan");
  await world.api(acme).disconnect("try-it-qr");

  await world.telegram.say(BOT.token, { chat: 41, text: "When do you open on Saturday?" });
  await expect
    .poll(
      async () => (await world.api(acme).reaches("telegram", ["connected"])).status.lastOutboundAt,
      PATIENT,
    )
    .not.toBeNull();
  for (const [name, options] of Object.entries({
    channels: WIDE,
    "channels-dark": { ...WIDE, colorScheme: "dark" as const },
    "channels-phone": PHONE,
  })) {
    const page = await open(options);
    await page.clock.setFixedTime(Date.now() + LATER_MS);
    await page.reload();
    await expect(page.getByText(`@${BOT.username}`)).toBeVisible();
    // What a page asks for beside its cards.
    await expect(page.getByText("in the last 7 days")).toBeVisible(PATIENT);
    await expect(page.getByText("Acme", { exact: true })).toBeVisible();
    await take(page, name);
  }
}

async function openChannels(browser: Browser, tenant: Tenant, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({
    baseURL: world.url,
    locale: "en-US",
    colorScheme: "light",
    reducedMotion: "reduce",
    ...options,
  });
  const { email, password } = tenant;
  await context.request.post("/api/auth/sign-in/email", {
    data: { email, password },
    headers: { origin: world.url },
  });
  const page = await context.newPage();
  await page.goto("/channels");
  await expect(page.getByRole("heading", { name: "Telegram" })).toBeVisible(PATIENT);
  return page;
}

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  await page.context().close();
  process.stdout.write(`docs/images/${name}.png\n`);
}
