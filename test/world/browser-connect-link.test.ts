/** A connect link in a frame of somebody else's page, as a platform shows it to its own customer. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createdConnectLinkSchema, TENANT_HEADER } from "@cogni/contract";
import type { Page } from "@playwright/test";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { type Account, disconnectAll, makeAccount } from "../support/accounts.ts";
import { barriers, expectPage, PATIENT, test, world } from "../support/browsing.ts";

vi.setConfig({ testTimeout: 180_000 });

/** The platform's page: a frame, and what it was told. */
const EMBEDDER = `<!doctype html><html lang="en"><title>Shop</title><iframe title="Connect" style="width:100%;height:700px"></iframe><script>
  globalThis.heard = []; globalThis.shifts = [];
  addEventListener("message", ({ origin, data }) => heard.push({ origin, ...data }));
  document.querySelector("iframe").src = decodeURIComponent(location.search.slice(1)) + location.hash;
</script>`;
const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end(EMBEDDER));
let platform: string;
let stranger: string;
let account: Account;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  // Two origins of one server. The platform's is of another site than the console's, as it is in the world outside.
  [platform, stranger] = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
  account = await makeAccount(world);
});
afterAll(async () => {
  await disconnectAll([account]);
  await new Promise((resolve) => server.close(resolve));
});

async function settle(page: Page): Promise<void> {
  const answer = await page.context().request.post(`${world.url}/api/v1/connect-links/settings`, {
    data: { name: "Shop", color: "#ffdd00", allowedOrigins: [platform] },
    headers: { origin: new URL(world.url).origin, [TENANT_HEADER]: account.id },
  });
  expect(answer.status()).toBe(200);
}

async function makeLink(): Promise<string> {
  const { body } = await account.api.request("POST", "/api/v1/connect-links", { channels: ["telegram"] });
  return createdConnectLinkSchema.parse(body).url;
}

const embeddedIn = (origin: string, link: string): string => {
  const { href, hash } = new URL(link);
  return `${origin}/?${encodeURIComponent(href.slice(0, href.length - hash.length))}${hash}`;
};

test("a customer connects a bot in a frame of the platform's page, which hears of it; the link opens once, and in no other's frame", async ({
  visit,
}) => {
  const page = await visit(account.tenant, { foreign: true, tolerates: ["frame-ancestors", "open"] });
  await settle(page);
  const cookies = await page.context().cookies();
  const link = await makeLink();
  await page.goto(embeddedIn(platform, link));
  const frame = page.frameLocator("iframe");
  await expectPage(frame.getByRole("heading", { name: "Connect to Shop" })).toBeVisible();
  expect(page.frames()[1]?.url()).toBe(link.slice(0, link.indexOf("#")));
  await expectPage(frame.getByRole("listitem")).toHaveCount(1);
  expect(await barriers(page)).toEqual([]);

  await frame.getByRole("button", { name: "Connect Telegram" }).click();
  await frame.getByLabel("Bot token", { exact: true }).fill(account.token);
  await page.keyboard.press("Enter");
  await expectPage(frame.getByText(`Connected as @${account.username}`)).toBeVisible(PATIENT);
  await frame.getByRole("dialog").getByRole("button", { name: "Done" }).click();
  await expectPage(frame.getByText("Telegram is connected.")).toBeVisible(PATIENT);
  await expectPage(frame.getByRole("dialog")).toBeHidden();
  await frame.getByRole("button", { name: "Done" }).click();
  const { origin } = new URL(world.url);
  await expect
    .poll(() => page.evaluate<object[]>("heard"))
    .toEqual([
      { origin, type: "cogni.connect", event: "connected", channel: "telegram" },
      { origin, type: "cogni.connect", event: "closed" },
    ]);
  expect(await page.context().cookies()).toEqual(cookies);
  expect((await account.api.reaches("telegram", ["connected"])).displayName).toBe(`@${account.username}`);

  await page.goto("about:blank");
  await page.goto(embeddedIn(platform, link));
  await expectPage(frame.getByRole("heading", { name: "This link has ended" })).toBeVisible();
  await page.goto(embeddedIn(stranger, await makeLink()));
  await expect.poll(() => page.frames().map((one) => one.url())).toContain("chrome-error://chromewebdata/");
  await page.goto("about:blank");
});

test("whoever opens it in a tab sees the same, and is told why a reload ends it", async ({ visit }) => {
  await account.api.connect("telegram", account.token);
  await account.api.reaches("telegram", ["connected"]);
  const page = await visit(null, { path: await makeLink() });
  await expectPage(page.getByRole("heading", { name: "Connect to Shop" })).toBeVisible();
  expect(page.url()).not.toContain("#");
  await expectPage(page.getByText(/This page is yours until/)).toBeVisible();
  await expectPage(page.getByRole("listitem", { name: "Telegram" })).toBeVisible();
  await page.getByRole("button", { name: "More actions for Telegram" }).click();
  await expectPage(page.getByRole("menuitem")).toHaveText(["Replace credential"]);
  await page.keyboard.press("Escape");
  expect(await page.context().cookies()).toEqual([]);
  await page.reload();
  await expectPage(page.getByRole("heading", { name: "Open your link again" })).toBeVisible();
});
