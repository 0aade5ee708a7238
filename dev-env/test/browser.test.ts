/** The packaged browser runs where no browser is installed, and Playwright's assertions work in it. */
import { type Browser, expect as expectPage } from "@playwright/test";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../src/browser.ts";

let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test("a page is drawn, and waited for", async () => {
  const page = await browser.newPage();
  await page.setContent("<h1>Hello</h1><script>setTimeout(() => { document.title = 'late' }, 50)</script>");
  await expectPage(page.getByRole("heading", { name: "Hello" })).toBeVisible();
  await expectPage(page).toHaveTitle("late");
  expect(browser.version()).toMatch(/^\d+\./);
});
