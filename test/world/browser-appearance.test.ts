/** How the pages look and weigh: for everyone, on a phone, in the dark, without motion, and without a jump. */
import { beforeAll, expect } from "vitest";
import type { Administrator, Tenant } from "../../dev-env/src/seed.ts";
import { barriers, cardOf, expectPage, OF_COLOURS, OF_WIDTH, test, world } from "../support/browsing.ts";
import { LONG } from "../support/long.ts";
import { measured } from "../support/measured.ts";
import { accounts } from "../support/views/accounts.ts";
import { agent } from "../support/views/agent.ts";
import { alerts } from "../support/views/alerts.ts";
import { audit } from "../support/views/audit.ts";
import { channels } from "../support/views/channels.ts";
import { connecting } from "../support/views/connecting.ts";
import { drawn, everyState } from "../support/views/drawn.ts";
import { keys } from "../support/views/keys.ts";
import { links } from "../support/views/links.ts";
import { members } from "../support/views/members.ts";
import { operator } from "../support/views/operator.ts";
import { people } from "../support/views/people.ts";
import { tenants } from "../support/views/tenants.ts";
import { usage } from "../support/views/usage.ts";
import type { Views } from "../support/views/views.ts";
import { webhooks } from "../support/views/webhooks.ts";

let tenant: Tenant;
let administrator: Administrator;
beforeAll(async () => {
  const [made, administers] = await Promise.all([world.tenants(1), world.administrator()]);
  [tenant] = made as [Tenant];
  administrator = administers;
});

const DESK = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
/** Themes and widths: `npm test` looks at each state in one of these, in turn; `npm run test:long` at every state in all three that differ. */
const LOOKS = [
  { scheme: "light", viewport: DESK },
  { scheme: "dark", viewport: PHONE },
  { scheme: "dark", viewport: DESK },
  { scheme: "light", viewport: PHONE },
] as const;
type Look = (typeof LOOKS)[number];
/** Script that a page's HTML asks for, as it comes over the wire. */
const MOST_SCRIPT_KB = 180;

/** Those of these subjects that this run looks at, and who is signed in. */
const looked = (subjects: readonly Views[], who: () => Tenant | Administrator) =>
  subjects
    .flatMap(({ pages, further }) => [pages, ...(LONG ? [further] : [])])
    .flatMap((views) => Object.entries(views).map(([name, open]) => ({ name, open, who })));
/** Every page and dialog there is. */
const VIEWS = [
  ...looked(
    [usage, webhooks, audit, people, accounts, links, keys, agent, members, channels, connecting, alerts],
    () => tenant,
  ),
  ...looked([operator, tenants], () => administrator),
];

test("an administrator of no tenant is led to everyone's, and anyone else is told that these are not theirs", async ({
  visit,
}) => {
  const page = await visit(administrator);
  await page.waitForURL("**/operator/tenants");
  await page.getByRole("searchbox").fill(tenant.billingAccountId);
  await page.waitForURL(`**/operator/tenants?search=${tenant.billingAccountId}`);
  await expectPage(page.getByRole("row", { name: tenant.name })).toBeVisible();
  await expectPage(page.getByRole("row")).toHaveCount(2);
  await page.getByRole("navigation").getByRole("link", { name: "Tenants" }).click();
  await expectPage(page.getByRole("searchbox")).toHaveValue("");
  await expectPage(page.getByRole("navigation").getByRole("link")).toHaveText([
    "Gateways",
    "Tenants",
    "Usage",
    "Alerts",
    "Audit",
  ]);
  const heading = page.getByRole("navigation").getByRole("heading", { name: "Operator" });
  expect((await heading.boundingBox())?.y, "at the head of the rail").toBeLessThan(120);
  const other = await visit(tenant, { path: "/operator/tenants", tolerates: ["/api/v1/operator/"] });
  await expectPage(other.getByRole("heading", { name: "For administrators of the platform" })).toBeVisible();
  await expectPage(other.getByRole("navigation").getByRole("link", { name: "Tenants" })).toHaveCount(0);
});

/** What is looked at, and by which rules: by all of them the first time, by those that theme or width can break from then on. */
const looksAt = (index: number): { look: Look; rules?: string[] }[] =>
  LONG
    ? [{ look: LOOKS[0] }, { look: LOOKS[2], rules: OF_COLOURS }, { look: LOOKS[1], rules: OF_WIDTH }]
    : LOOKS.slice(index % LOOKS.length, (index % LOOKS.length) + 1).map((look) => ({ look }));

test.for(VIEWS.map((view, index) => ({ ...view, looks: looksAt(index) })))(
  "$name: axe finds nothing serious in light or dark, and 360 px are wide enough",
  async ({ open, who, looks }, { visit }) => {
    const page = await visit(who(), {
      path: "/healthz",
      looksOnly: true,
      reducedMotion: "reduce",
      tolerates: ["/nowhere", "/api/v1/", "/connect-link/open", "/wallets/unlink", "/email/verify"],
    });
    // What the page begins with; a page that is drawn a moment later than it shows would go back to it.
    await page.emulateMedia({ colorScheme: looks[0]?.look.scheme ?? null });
    await open(page, tenant);
    for (const { look, rules } of looks) {
      // As the script in the page's head does: another load for each theme would take as long again.
      await page.locator("html").evaluate((html, scheme) => {
        html.dataset.mantineColorScheme = scheme;
      }, look.scheme);
      await page.setViewportSize(look.viewport);
      expect(await barriers(page, rules), `${look.scheme}, ${look.viewport.width} px`).toEqual([]);
    }
    await page.setViewportSize(PHONE);
    expect(await page.evaluate<number>("document.scrollingElement.scrollWidth")).toBe(PHONE.width);
  },
);

test("whoever wants no motion gets none, and everyone else sees what is under way", async ({ visit }) => {
  const page = await visit(tenant, { reducedMotion: "reduce" });
  await drawn(page, everyState);
  await expectPage(cardOf(page, "Made connecting")).toBeVisible();
  const moving = () => page.evaluate<number>("document.getAnimations().length");
  expect(await moving()).toBe(0);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  expect(await moving()).toBeGreaterThan(0);
});

test("a chosen theme stays, also over the system's", async ({ visit }) => {
  const page = await visit(tenant, { colorScheme: "light" });
  await page.getByRole("button", { name: "Theme" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  const html = page.locator("html");
  await expectPage(html).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.reload();
  await expectPage(html).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.getByRole("button", { name: "Theme" }).click();
  await expectPage(page.getByRole("menuitemradio", { name: "Dark" })).toBeChecked();
});

/** Those that come with the same scripts as others are asked for in `npm run test:long` alone. */
const ONE_OF_A_KIND = new Set<string>([
  "/sign-in",
  "/t/TENANT/channels",
  "/t/TENANT/usage",
  "/operator/tenants",
]);

/** Each page, and what shows that it is complete: its open stream would keep the network busy for ever. */
const PAGES = [
  ["/sign-in", "heading"],
  ["/t/TENANT/channels", "listitem"],
  ["/t/TENANT/settings/general", "textbox"],
  ["/t/TENANT/settings/members", "row"],
  ["/t/TENANT/audit", "row"],
  ["/t/TENANT/usage", "heading"],
  ["/t/TENANT/settings/limits", "textbox"],
  ["/operator/usage", "row"],
  ["/operator/audit", "row"],
  ["/operator/gateways", "row"],
  ["/operator/tenants", "row"],
  ["/t/TENANT/settings/keys", "row"],
  ["/account", "listitem"],
  ["/t/TENANT/settings/agent", "textbox"],
  ["/t/TENANT/settings/links", "textbox"],
  ["/t/TENANT/settings/webhooks", "button"],
  ["/connect/00000000-0000-4000-8000-000000000000", "heading"],
] as const;

test.for(PAGES.filter(([path]) => LONG || ONE_OF_A_KIND.has(path)))(
  `the HTML of %s asks for less than ${MOST_SCRIPT_KB} KB of script`,
  async ([wanted, complete], { visit }) => {
    const path = wanted.replace("TENANT", tenant.billingAccountId);
    const who = path.startsWith("/operator") ? administrator : tenant;
    const page = await visit(path === "/sign-in" ? null : who, { path, looksOnly: true });
    await expectPage(page.getByRole("main").getByRole(complete).first()).toBeVisible();
    const html = await (await page.context().request.get(path)).text();
    const scripts = await page.evaluate<{ name: string; bytes: number }[]>(
      `performance.getEntriesByType("resource")
        .filter(({ name }) => new URL(name).pathname.endsWith(".js"))
        .map(({ name, encodedBodySize }) => ({ name: new URL(name).pathname, bytes: encodedBodySize }))`,
    );
    const kilobytes = (some: { bytes: number }[]) => some.reduce((sum, { bytes }) => sum + bytes, 0) / 1024;
    const asked = kilobytes(scripts.filter(({ name }) => html.includes(name)));
    const all = kilobytes(scripts);
    measured(
      `${wanted}: ${asked.toFixed(1)} KB of script by its HTML, ${all.toFixed(1)} KB with what that fetches`,
    );
    expect(asked).toBeGreaterThan(50);
    expect(asked).toBeLessThan(MOST_SCRIPT_KB);
  },
);
