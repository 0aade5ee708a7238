/** The dialogs by which a channel is connected, by a credential or by a code. */
import { channelProblem } from "@cogni/contract";
import type { Page } from "@playwright/test";
import { expectPage, fieldOf } from "../browsing.ts";
import { byCode, byToken, drawn, offered } from "./drawn.ts";
import { refusal, type Views } from "./views.ts";

/** Whatever is to be connected comes too often. */
const limited = (page: Page) =>
  page.route("**/api/v1/channels/connect", (route) =>
    route.fulfill({ ...refusal("rate_limited", 429), headers: { "retry-after": "599" } }),
  );

export const connecting: Views = {
  pages: {
    "the connect dialog": async (page) => {
      await page.goto("/channels");
      await page.getByRole("button", { name: "Connect Telegram" }).click();
      await expectPage(fieldOf(page, "Bot token")).toBeFocused();
      await page.keyboard.press("Enter");
      await expectPage(page.getByText("Enter the Bot token.")).toBeVisible();
    },
    "the progress of a connect": async (page) => {
      await page.route("**/api/v1/channels/connect", () => new Promise(() => undefined));
      // Of a channel that is none: what is held back may be let through as the page is left.
      await drawn(page, byToken);
      await page.getByRole("button", { name: "Connect Made" }).click();
      await fieldOf(page, "Bot token").fill("123:abc");
      await page.keyboard.press("Enter");
      await expectPage(page.getByRole("list", { name: "Progress" })).toBeVisible();
    },
    "a code": async (page) => {
      await drawn(page, offered());
      await page.getByRole("button", { name: "Show code of Made" }).click();
      await expectPage(page.getByRole("img", { name: "QR code to link Made" })).toBeVisible();
      await expectPage(page.getByRole("timer")).toHaveText(/^Valid for 1:[0-3]\d$/);
    },
  },
  further: {
    "the terms of a login by code": async (page) => {
      await drawn(page, byCode());
      await page.getByRole("button", { name: "Connect Made" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Show code" }).click();
      await expectPage(page.getByRole("checkbox")).toBeFocused();
      await expectPage(page.getByRole("checkbox")).toHaveAccessibleDescription(
        /This is a risk.*Confirm that/,
      );
    },
    "a code that has ended": async (page) => {
      let change = offered();
      await drawn(page, (document) => change(document));
      await page.getByRole("button", { name: "Show code of Made" }).click();
      await expectPage(page.getByRole("timer")).toBeVisible();
      change = byCode({ state: "action_required", problem: channelProblem("login_expired") });
      await expectPage(page.getByRole("button", { name: "Get a new code" })).toBeFocused({ timeout: 20_000 });
    },
    "a login that is done": async (page) => {
      let change = offered();
      await drawn(page, (document) => change(document));
      await page.getByRole("button", { name: "Show code of Made" }).click();
      await expectPage(page.getByRole("timer")).toBeVisible();
      change = byCode({ state: "connected", accountId: "tenant-made", displayName: "+49 170 1234567" });
      await expectPage(page.getByText("Connected as +49 170 1234567")).toBeVisible({ timeout: 20_000 });
    },
    "a limit that is met, by a credential": async (page) => {
      await limited(page);
      await drawn(page, byToken);
      await page.getByRole("button", { name: "Connect Made" }).click();
      await fieldOf(page, "Bot token").fill("123456:a-token");
      await page.keyboard.press("Enter");
      await expectPage(page.getByRole("timer")).toHaveText("You can try again in 10 min.");
    },
    "a limit that is met, by a code": async (page) => {
      let change = offered();
      await limited(page);
      await drawn(page, (document) => change(document));
      await page.getByRole("button", { name: "Show code of Made" }).click();
      await expectPage(page.getByRole("timer")).toBeVisible();
      change = byCode({ state: "action_required", problem: channelProblem("login_expired") });
      await page.getByRole("button", { name: "Get a new code" }).click({ timeout: 20_000 });
      await page.getByRole("checkbox").check();
      await page.getByRole("dialog").getByRole("button", { name: "Show code" }).click();
      await expectPage(page.getByRole("timer")).toHaveText("You can try again in 10 min.");
    },
  },
};
