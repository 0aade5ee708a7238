/** The phone page in a real browser, on a messenger of its own: what a newcomer does there, and that everyone can. */
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, expect as expectPage, type Page } from "@playwright/test";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../src/browser.ts";
import { startTryIt, type TryItStandIn } from "../src/stand-ins/try-it/server.ts";

let messenger: TryItStandIn;
let browser: Browser;

beforeAll(async () => {
  messenger = await startTryIt();
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await messenger?.close();
});

async function visit(path = "/", options: object = {}): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, ...options });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(messenger.url + path);
  return { page, errors };
}

/** As the plugin does it. */
async function api(path: string, init: RequestInit = {}): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/json", ...init.headers };
  return (await (await fetch(messenger.url + path, { ...init, headers })).json()) as Record<string, unknown>;
}
const openLink = (account: string) =>
  api("/api/links", { method: "POST", body: JSON.stringify({ account }) });
const linkOf = (id: unknown) => api(`/api/links/${id}?url=&timeoutMs=0`);

test("a newcomer creates a bot, copies its token, writes to it and reads the answer", async () => {
  const { page, errors } = await visit();
  await page.getByLabel("Name of a new bot").fill("Helper");
  await page.keyboard.press("Enter");
  await expectPage(page.getByRole("heading", { name: "Helper" })).toBeFocused();
  const token = await page.getByLabel("Bot token").inputValue();
  expect(token).toMatch(/^bot_/);

  await page.getByLabel("Message", { exact: true }).fill("hello");
  await page.getByRole("button", { name: "Send" }).click();
  await expectPage(page.getByRole("log")).toContainText("You: hello");
  const bot = { headers: { authorization: `Bearer ${token}` } };
  await api("/api/messages", { ...bot, method: "POST", body: JSON.stringify({ chat: "alex", text: "hi" }) });
  await expectPage(page.getByRole("log")).toContainText("Answer: hi");

  await page.getByLabel("Sam").check();
  await expectPage(page.getByRole("log")).not.toContainText("hello");
  await page.getByRole("button", { name: "Delete this bot" }).click();
  await expectPage(page.getByText("Helper is gone.")).toBeVisible();
  expect(await api("/api/me", bot)).toEqual({ error: "Unauthorized" });
  expect(errors).toEqual([]);
  await page.context().close();
});

test("a code that is shown is found on the page, accepted, and its device logged out again", async () => {
  const { page, errors } = await visit();
  const { id } = await openLink("tenant-accept");
  await page.getByRole("button", { name: "Scan the code of tenant-accept" }).click();
  await expectPage(page.getByRole("dialog")).toContainText("“tenant-accept” wants to read and write");
  await page.getByRole("button", { name: "Link", exact: true }).click();
  await expectPage(page.getByText("The device is linked.")).toBeVisible();
  const { status, token } = await linkOf(id);
  expect(status).toBe("accepted");

  await page.getByRole("button", { name: /My phone.*linked to tenant-accept/ }).click();
  await page.getByRole("button", { name: "Log this device out" }).click();
  await expectPage(page.getByText("None yet.")).toBeVisible();
  const device = { headers: { authorization: `Bearer ${token}` } };
  expect(await api("/api/me", device)).toEqual({ error: "logged out" });
  expect(errors).toEqual([]);
  await page.context().close();
});

test("a code's link opens the question; refused is told, and a code that was replaced is answered with a way on", async () => {
  const { id, url } = await openLink("tenant-refuse");
  const path = new URL(String(url)).pathname;
  const { page, errors } = await visit(path);
  await page.getByRole("button", { name: "Refuse", exact: true }).click();
  await expectPage(page.getByText("The device was refused.")).toBeVisible();
  expect(await linkOf(id)).toMatchObject({ status: "refused" });
  await page.goto(messenger.url + path);
  await expectPage(page.getByText("Scan the one that the console shows now.")).toBeVisible();
  expect(errors).toEqual([]);
  await page.context().close();
});

test.each(["light", "dark"])("on 360 px nothing overflows and axe finds nothing: %s", async (colorScheme) => {
  const { page } = await visit("/", { colorScheme });
  messenger.addBot({
    token: `token-${colorScheme}-${"x".repeat(60)}`,
    name: "A bot with a name that is long",
  });
  await openLink(`tenant-${"long".repeat(10)}`);
  await expectPage(page.getByRole("button", { name: /^Scan the code/ }).first()).toBeVisible();
  await page
    .getByRole("button", { name: /A bot with a name/ })
    .first()
    .click();
  const axe = async () => (await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id);
  expect(await axe()).toEqual([]);
  expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBe(360);
  await page
    .getByRole("button", { name: /^Scan the code/ })
    .first()
    .click();
  expect(await axe()).toEqual([]);
  await page.context().close();
});
