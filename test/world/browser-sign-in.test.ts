/** Coming and going, in the browser: who signs in, where that leads, and what a page may do. */
import { beforeAll, expect } from "vitest";
import type { Tenant } from "../../dev-env/src/seed.ts";
import { expectPage, fieldOf, test, world } from "../support/browsing.ts";

const API = { me: "/api/v1/me", status: "/api/v1/channels/status", signIn: "/api/auth/sign-in/email" };

let tenant: Tenant;
beforeAll(async () => {
  [tenant] = (await world.tenants(1)) as [Tenant];
});

test("a wrong password is told beside the field and loses nothing; the right one leads to where the person wanted to go", async ({
  visit,
}) => {
  const page = await visit(null, { path: "/channels?from=mail", tolerates: Object.values(API) });
  await expectPage(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  const [email, password] = [fieldOf(page, "E-mail"), fieldOf(page, "Password")];
  await email.fill(tenant.email);
  await password.fill("not the password");
  await page.keyboard.press("Enter");
  await expectPage(page.getByRole("alert").getByText("The e-mail or the password is wrong.")).toBeVisible();
  await expectPage(email).toHaveValue(tenant.email);
  await expectPage(password).toHaveValue("not the password");
  await expectPage(password).toBeFocused();

  await password.fill(tenant.password);
  await page.keyboard.press("Enter");
  await expectPage(page.getByRole("heading", { name: "Channels" })).toBeVisible();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/channels?from=mail");
  await expectPage(page.getByRole("banner")).toContainText(tenant.name);
});

test("an empty form names both fields and asks nobody", async ({ visit }) => {
  const page = await visit(null, { path: "/sign-in" });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.getByRole("button", { name: "Sign in" }).click();
  await expectPage(page.getByText("Enter your e-mail address.")).toBeVisible();
  await expectPage(page.getByText("Enter your password.")).toBeVisible();
  await expectPage(fieldOf(page, "E-mail")).toBeFocused();
  expect(asked.filter((url) => url.includes("/api/"))).toEqual([]);
});

test("a way back that leads to another site is not taken", async ({ visit }) => {
  const page = await visit(null, { path: "/sign-in?next=//elsewhere.example/channels" });
  await fieldOf(page, "E-mail").fill(tenant.email);
  await fieldOf(page, "Password").fill(tenant.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${world.url}/channels`);
});

test("signing out ends the session here and on the server", async ({ visit }) => {
  const page = await visit(tenant, { tolerates: Object.values(API) });
  await expectPage(page.getByRole("heading", { name: "Telegram" })).toBeVisible();
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const answers = async () => (await fetch(`${world.url}${API.me}`, { headers: { cookie } })).status;
  expect(await answers()).toBe(200);

  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(`${world.url}/sign-in`);
  expect(await answers()).toBe(401);
  await page.goto("/channels");
  await expectPage(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

test("scripts can't read the session's cookie, and other sites can't send it", async ({ visit }) => {
  const page = await visit(tenant);
  const cookies = await page.context().cookies();
  expect(cookies.length).toBeGreaterThan(0);
  expect(cookies.filter(({ httpOnly, sameSite }) => !httpOnly || sameSite === "None")).toEqual([]);
  expect(await page.evaluate("document.cookie")).toBe("");
});

test("a page carries the headers that keep others out, and runs no script but its own", async ({ visit }) => {
  const page = await visit(null, { path: "/sign-in", tolerates: ["Content Security Policy"] });
  const headers = (await page.reload())?.headers() ?? {};
  expect(headers).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
  });
  expect(headers["content-security-policy"]).toContain("default-src 'none'");
  // What an attacker gets in by: markup that the page was made to draw.
  const refused = await page.evaluate(`new Promise((resolve) => {
    addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
    document.body.insertAdjacentHTML("beforeend", "<img src='data:,' onerror='document.title = 1' alt=''>");
  })`);
  expect(refused).toBe("script-src-attr");
  await expectPage(page).toHaveTitle("Sign in · Cogni Channels");
});
