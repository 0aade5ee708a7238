/**
 * Real pages in a real browser: opened signed in, watched for what must never happen (an error in the console, a breach
 * of the content security policy, anything that moves by itself), and closed after each test.
 */
import { AxeBuilder } from "@axe-core/playwright";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type ConsoleMessage,
  expect as expectPage,
  type Locator,
  type Page,
} from "@playwright/test";
import { afterAll, beforeAll, expect, inject, test as plainTest } from "vitest";
import { launchBrowser } from "../../dev-env/src/browser.ts";
import type { Tenant } from "../../dev-env/src/seed.ts";
import { joinWorld } from "../../dev-env/src/world-client.ts";
import { LONG } from "./long.ts";

export const world = joinWorld(inject("world"));

export interface VisitOptions extends BrowserContextOptions {
  /** `/channels` by default. */
  path?: string;
  /** Not a page of the console: what moves on it is not ours to answer for. */
  foreign?: boolean;
  /** Parts of console errors that the test provokes, such as the address of a request that is refused. */
  tolerates?: string[];
  /**
   * On the one page of all tests of the file that look only, and say so: signed in once, and with what the browser has fetched and
   * compiled already. Not for one that signs out, opens a second page or leaves anything behind.
   */
  looksOnly?: boolean;
}

/** Opens a page in a context of its own, signed in as the tenant's owner, or the administrator, if one is given. */
export type Visit = (who: Pick<Tenant, "email" | "password"> | null, options?: VisitOptions) => Promise<Page>;

/** A test with `visit`; it fails by what its pages did behind its back, too, and tells what they showed when it fails. */
export const test = plainTest.extend<{ visit: Visit }>({
  visit: async ({ task, onTestFailed }, use) => {
    const contexts: BrowserContext[] = [];
    const looked: Page[] = [];
    const unwatched: (() => void)[] = [];
    const errors: string[] = [];
    let shown: string[] = [];
    onTestFailed(() => {
      process.stdout.write(`  pages at the end of “${task.name}”:\n${shown.join("\n  ---\n")}\n`);
    });
    await use(
      async (who, { path = "/channels", foreign = false, tolerates = [], looksOnly, ...options } = {}) => {
        if (who && looksOnly) {
          const page = await sharedPage(who, options);
          looked.push(page);
          unwatched.push(watch(page, tolerates, errors));
          await page.goto(path);
          return page;
        }
        const context = await newContext(options);
        contexts.push(context);
        await context.addInitScript({ content: foreign ? "globalThis.shifts = [];" : COUNT_SHIFTS });
        context.on("page", (page) => watch(page, tolerates, errors));
        if (who) await signIn(context, who);
        const page = await context.newPage();
        await page.goto(path);
        return page;
      },
    );
    const pages = [...looked, ...contexts.flatMap((context) => context.pages())];
    shown = await Promise.all(pages.map((page) => page.locator("body").ariaSnapshot()));
    const shifts = await Promise.all(pages.map((page) => page.evaluate<string[]>("shifts")));
    // What is broken off by leaving is nothing that the page did wrong.
    const told = [...errors];
    await Promise.all(looked.map((page) => page.evaluate("sessionStorage.clear()")));
    // The shared page stays with the site: for another one the browser would begin a process, and compile all scripts anew.
    await Promise.all(looked.map((page) => page.goto("/healthz")));
    // Whoever asked leaves first: a request that a test holds back would otherwise be let through, and carried out.
    const left = contexts.flatMap((context) => context.pages());
    await Promise.all(left.map((page) => page.goto("about:blank")));
    await Promise.all(pages.map((page) => page.unrouteAll({ behavior: "ignoreErrors" })));
    for (const end of unwatched) end();
    await Promise.all(looked.map((page) => page.setViewportSize(DESK)));
    await Promise.all(contexts.map((one) => one.close()));
    expect(told, "errors in the console").toEqual([]);
    expect(shifts.flat(), "what moved by itself").toEqual([]);
  },
});

let browser: Browser;
/** Of those who look only, by their address. */
const shared = new Map<string, Promise<Page>>();
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const DESK = { width: 1280, height: 800 };
const newContext = (options: BrowserContextOptions): Promise<BrowserContext> =>
  browser.newContext({ baseURL: world.url, viewport: DESK, ...options });

function sharedPage(who: Pick<Tenant, "email" | "password">, options: BrowserContextOptions): Promise<Page> {
  const made = shared.get(who.email) ?? open();
  shared.set(who.email, made);
  return made;

  async function open(): Promise<Page> {
    const context = await newContext(options);
    await context.addInitScript({ content: COUNT_SHIFTS });
    await signIn(context, who);
    return context.newPage();
  }
}

/**
 * Runs in the page: notes each layout shift that no input caused, how far and which elements. Chromium counts what moves half a second
 * after an input as moving by itself; a busy machine draws later than that what the input asked for.
 */
const COUNT_SHIFTS = `
  globalThis.shifts = [];
  let lastInput = -Infinity;
  for (const type of ["keydown", "pointerdown"])
    addEventListener(type, ({ timeStamp }) => { lastInput = timeStamp; }, { capture: true, passive: true });
  new PerformanceObserver((list) => {
    for (const { hadRecentInput, value, sources, startTime } of list.getEntries()) {
      if (hadRecentInput || startTime - lastInput < 1000) continue;
      const place = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
      const moved = sources.map(({ node, previousRect, currentRect }) =>
        (node?.outerHTML?.slice(0, 120) ?? "") + " from " + place(previousRect) + " to " + place(currentRect));
      shifts.push(value.toFixed(4) + " " + moved.join(" | "));
    }
  }).observe({ type: "layout-shift", buffered: true });
`;

/** Until what it answers is called. */
function watch(page: Page, tolerates: string[], errors: string[]): () => void {
  const report = (text: string): void => {
    if (!tolerates.some((part) => text.includes(part))) errors.push(text);
  };
  const onError = (error: Error) => report(String(error));
  const onMessage = (message: ConsoleMessage) => {
    if (message.type() === "error") report(`${message.text()} ${message.location().url}`);
  };
  page.on("pageerror", onError).on("console", onMessage);
  return () => page.off("pageerror", onError).off("console", onMessage);
}

async function signIn(
  context: BrowserContext,
  { email, password }: Pick<Tenant, "email" | "password">,
): Promise<void> {
  const response = await context.request.post("/api/auth/sign-in/email", {
    data: { email, password },
    headers: { origin: world.url },
  });
  expect(response.status()).toBe(200);
}

/**
 * Keeps the stream of the status from the page, as a proxy does that knows no streams; the page polls. Answers how to let
 * it through again, and how often the page has polled. A stream that is open would go on: the page is loaded anew.
 */
export async function withoutStream(page: Page): Promise<{ polls(): number; letThrough(): void }> {
  let [polls, through] = [0, false];
  await page.route("**/api/v1/channels/status", (route) => {
    if (route.request().headers().accept !== "text/event-stream") polls += 1;
    else if (!through) return route.fulfill({ contentType: "text/html", body: "" });
    return route.continue();
  });
  await page.reload();
  return {
    polls: () => polls,
    letThrough() {
      through = true;
    },
  };
}

/** Runs in the page: resolves once all that moves has come to its end, but for what never does. */
const SETTLED = `Promise.all(document.getAnimations()
  .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
  .map((one) => one.finished.catch(() => undefined)))`;

/** The card of a channel, by its label. */
export const cardOf = (page: Page, label = "Telegram"): Locator =>
  page.getByRole("listitem", { name: label, exact: true });

/** A field of a form; not the button inside it that shows what is typed. */
export const fieldOf = (page: Page, label: string): Locator => page.getByLabel(label, { exact: true });

/** For what waits for the gateway, which the whole world's tests keep busy; with the long ones, sixty tenants at once. */
export const PATIENT = { timeout: LONG ? 120_000 : 60_000 };

/** Connects through the dialog, from the card to the bot's name on it. */
export async function connectOn(page: Page, bot: { token: string; username: string }): Promise<void> {
  await page.getByRole("button", { name: "Connect Telegram" }).click();
  await fieldOf(page, "Bot token").fill(bot.token);
  await page.keyboard.press("Enter");
  await expectPage(page.getByText(`Connected as @${bot.username}`)).toBeVisible(PATIENT);
  await page.getByRole("button", { name: "Done" }).click();
  await expectPage(cardOf(page).getByText(`@${bot.username}`)).toBeVisible();
}

/** Tab until the element has the focus: a person without a pointer must be able to get there. */
export async function tabTo(page: Page, target: Locator, limit = 30): Promise<void> {
  for (let presses = 0; presses < limit; presses++) {
    await page.keyboard.press("Tab");
    if ((await target.and(page.locator(":focus")).count()) === 1) return;
  }
  throw new Error(`${target} is not reached by ${limit} presses of Tab`);
}

/** The rules that colours can break, and those that the width of the screen can, on which other parts are shown. */
export const OF_COLOURS = ["color-contrast", "link-in-text-block"];
export const OF_WIDTH = ["color-contrast", "target-size", "scrollable-region-focusable"];

/**
 * What axe finds on the page as it is now that keeps people out: rules, and the elements that break them.
 * @param rules these alone, where the page was looked at by all of them before
 */
export async function barriers(page: Page, rules?: string[]): Promise<string[]> {
  // What is still fading in is as faint as nothing stays.
  await page.evaluate(SETTLED);
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] });
  if (rules) axe.withRules(rules);
  // Without frames there is nothing to gather, for which it would open a page of its own each time, as slow as the look itself.
  if (page.frames().length === 1) axe.setLegacyMode();
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, any }) => `${id}: ${html} ${any.map(({ message }) => message)}`),
    );
}

export { expectPage };
