/** Coming and going, in the browser: who signs in, where that leads, and what a page may do. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { invitedSchema, TENANT_HEADER } from "@cogni/contract";
import { beforeAll, expect, vi } from "vitest";
import type { Tenant } from "../../dev-env/src/seed.ts";
import { barriers, expectPage, fieldOf, PATIENT, test, world } from "../support/browsing.ts";

const API = {
  me: "/api/v1/me",
  person: "/api/auth/person",
  tenants: "/api/v1/tenants",
  status: "/api/v1/channels/status",
  signIn: "/api/auth/sign-in/email",
};

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
  await page.waitForURL(`${world.url}/t/${tenant.billingAccountId}/channels?from=mail`);
  await expectPage(page.getByRole("banner")).toContainText(tenant.name);
});

test("a browser that asks for German gets it, and who chooses Chinese keeps it through signing in and a reload", async ({
  visit,
}) => {
  const page = await visit(null, { path: "/sign-in", locale: "de-DE", reducedMotion: "reduce" });
  const form = page.locator("form");
  const shape = () =>
    form
      .locator("h1, input, button")
      .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().y));
  await expectPage(page.getByRole("heading", { name: "Anmelden" })).toBeVisible();
  await expectPage(page.locator("html")).toHaveAttribute("lang", "de");
  await fieldOf(page, "E-Mail").fill(tenant.email);
  const before = await shape();

  await page.getByRole("button", { name: "Sprache: Deutsch" }).press("Enter");
  await expectPage(page.getByRole("menuitemradio")).toHaveText(["English", "Deutsch", "简体中文"]);
  await expectPage(page.getByRole("menuitemradio", { name: "Deutsch" })).toBeFocused();
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expectPage(page.getByRole("heading", { name: "登录" })).toBeVisible();
  await expectPage(page.locator("html")).toHaveAttribute("lang", "zh-Hans");
  await expectPage(page).toHaveTitle("登录 · Cogni Channels");
  await expectPage(page.getByRole("button", { name: "语言：简体中文" })).toBeFocused();
  await expectPage(fieldOf(page, "邮箱")).toHaveValue(tenant.email);
  // Texts are as long as they are; what they stand in has not moved.
  expect(await shape()).toEqual(before);
  await page.evaluate("globalThis.shifts = []");
  const { hostname } = new URL(world.url);
  expect(await page.context().cookies()).toMatchObject([
    { name: "locale", value: "zh", domain: hostname, sameSite: "Lax" },
  ]);

  await fieldOf(page, "密码").fill(tenant.password);
  await page.keyboard.press("Enter");
  await expectPage(page.getByRole("heading", { name: "渠道" })).toBeVisible();
  await page.reload();
  await expectPage(page.getByRole("button", { name: "连接 Telegram" })).toBeVisible();
  await page.getByRole("button", { name: "账号" }).click();
  await expectPage(page.getByRole("menuitemradio", { name: "简体中文" })).toBeChecked();
  expect(await barriers(page)).toEqual([]);
});

test("a forgotten password is set anew by the link of a mail, and the link works once", async ({ visit }) => {
  const [forgetful] = await world.tenants(1);
  if (!forgetful) throw new Error("no tenant was made");
  const page = await visit(null, { path: "/sign-in", tolerates: ["/api/auth/password/reset"] });
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByRole("button", { name: "Send the link" }).click();
  await expectPage(fieldOf(page, "E-mail")).toHaveAccessibleDescription("Enter your e-mail address.");
  await fieldOf(page, "E-mail").fill(forgetful.email);
  await page.keyboard.press("Enter");
  await expectPage(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible(PATIENT);
  expect(await barriers(page)).toEqual([]);

  const link = await vi.waitFor(() => mailedLink(forgetful.email), PATIENT);
  await page.goto(link);
  await expectPage(fieldOf(page, "New password")).toBeFocused();
  await expectPage(page).not.toHaveURL(/token/);
  expect(await barriers(page)).toEqual([]);
  await fieldOf(page, "New password").fill("too short");
  await page.keyboard.press("Enter");
  await expectPage(page.getByText("Choose 10 to 128 characters.")).toBeVisible();
  await fieldOf(page, "New password").fill("something longer");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Sign in" }).click();
  await fieldOf(page, "E-mail").fill(forgetful.email);
  await fieldOf(page, "Password").fill("something longer");
  await page.keyboard.press("Enter");
  await expectPage(page.getByRole("heading", { name: "Channels" })).toBeVisible(PATIENT);

  await page.goto(link);
  await expectPage(page).not.toHaveURL(/token/);
  await page.reload();
  await expectPage(page.getByText("Open this page by the link in the mail.")).toBeVisible();
  await page.goto(link);
  await fieldOf(page, "New password").fill("something else");
  await page.keyboard.press("Enter");
  await expectPage(page.getByRole("alert").first()).toContainText("link");
});

test("whoever is invited joins by the link, as someone new or as who they are, and nobody by a link that was used", async ({
  visit,
}) => {
  const [host, guest] = await world.tenants(2);
  if (!host || !guest) throw new Error("no tenants were made");
  const owner = await visit(host);
  const invite = async (email: string) => {
    const answer = await owner.request.post("/api/v1/members/invite", {
      data: { email, role: "viewer" },
      headers: { origin: world.url, [TENANT_HEADER]: host.billingAccountId },
    });
    expect(answer.status()).toBe(200);
    return invitedSchema.parse(await answer.json()).link;
  };
  const link = await invite(`new-${host.email}`);
  const page = await visit(null, { path: link, tolerates: ["/api/auth/invitation/"] });
  await expectPage(page.getByRole("heading", { name: `Join ${host.name}` })).toBeVisible(PATIENT);
  await expectPage(page).not.toHaveURL(/token/);
  expect(await barriers(page)).toEqual([]);
  await fieldOf(page, "Your name").fill("Newcomer");
  await fieldOf(page, "Password").fill("long enough, too");
  await page.keyboard.press("Enter");
  await expectPage(page.getByRole("heading", { name: "Channels" })).toBeVisible(PATIENT);
  await expectPage(page.getByRole("banner")).toContainText(host.name);
  await page.goto("about:blank");
  await page.goto(link);
  await expectPage(
    page.getByText(
      "This invitation was accepted or revoked already, is too old, or was followed by a newer one.",
    ),
  ).toBeVisible();
  await expectPage(page.getByRole("button", { name: "Join" })).toHaveCount(0);

  const second = await visit(null, {
    path: await invite(guest.email),
    tolerates: ["/api/auth/invitation/"],
  });
  await second.getByRole("button", { name: "Join" }).click();
  await fieldOf(second, "E-mail").fill(guest.email);
  await fieldOf(second, "Password").fill(guest.password);
  await second.keyboard.press("Enter");
  await expectPage(second.getByRole("heading", { name: "Channels" })).toBeVisible(PATIENT);
  const { tenants } = await (await second.request.get("/api/v1/tenants")).json();
  expect(tenants).toHaveLength(2);
});

/** The link of the newest mail to the address. @throws Error while there is none */
function mailedLink(address: string): string {
  const outbox = join(world.dataDir, "outbox");
  const mails = readdirSync(outbox).sort().reverse();
  for (const file of mails) {
    const mail = readFileSync(join(outbox, file), "utf8");
    const link = mail.includes(address) && /\bhttp\S+#token=\S+/.exec(mail)?.[0];
    if (link) return link;
  }
  throw new Error(`no mail to ${address}`);
}

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
  await page.waitForURL(`${world.url}/t/${tenant.billingAccountId}/channels`);
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
