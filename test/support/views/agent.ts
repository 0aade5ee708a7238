/** What a tenant's agent is told, and who may write to it. */
import type { ChannelStatus, Senders } from "@cogni/contract";
import type { Page } from "@playwright/test";
import { expectPage } from "../browsing.ts";
import { drawn, everyState } from "./drawn.ts";
import { answered, DAY_MS, type Views } from "./views.ts";

const AGENT = { model: null, models: ["small", "large"], version: 1, changedAt: null, applied: true };

const madeSenders = (): Senders => ({
  senders: ["Ann", null].map((name, index) => ({
    channel: "made-connected" as ChannelStatus["channel"],
    sender: `sender-${index}-with-an-id-that-is-far-too-long-for-any-line-of-a-dialog`,
    name,
    requestedAt: new Date(Date.now() - DAY_MS).toISOString(),
    expiresAt: new Date(Date.now() + DAY_MS).toISOString(),
  })),
});

async function openSenders(page: Page): Promise<void> {
  await drawn(page, everyState);
  await page.getByRole("button", { name: "2 waiting to write on Made connected" }).click();
}

export const agent: Views = {
  pages: {
    "what the agent is told": async (page, tenant) => {
      await page.goto(`/t/${tenant.billingAccountId}/settings/agent`);
      await page.getByRole("textbox", { name: "Instructions" }).fill("ü".repeat(4_097));
      await expectPage(page.getByText("That is too long.")).toBeVisible();
    },
  },
  further: {
    "what the agent is told, to those who may look": async (page, tenant) => {
      const { billingAccountId, name: billingAccountName } = tenant;
      const scopes = ["account:read", "agent:read"];
      const own = { billingAccountId, billingAccountName, role: "viewer", scopes, status: "active" };
      await answered(page, "tenants", { tenants: [own], mayCreate: false });
      await answered(page, "agent", { ...AGENT, instructions: "word ".repeat(300), greeting: "" });
      await page.goto(`/t/${billingAccountId}/settings/agent`);
      await expectPage(page.getByText("Admins and owners may change this.")).toBeVisible();
    },
    "what the agent is told, failed to load": async (page, tenant) => {
      await page.route("**/api/v1/agent", (route) => route.fulfill({ status: 500, body: "" }));
      await page.goto(`/t/${tenant.billingAccountId}/settings/agent`);
      await expectPage(page.getByRole("heading", { name: "This did not load" })).toBeVisible();
    },
    "who may write": async (page) => {
      await drawn(page, everyState);
      await page.getByRole("button", { name: "More actions for Made connected" }).click();
      await page.getByRole("menuitem", { name: "Who may write" }).click();
      await expectPage(page.getByRole("radio", { name: "Everyone" })).toBeFocused();
    },
    "people who wait": async (page) => {
      await answered(page, "senders", madeSenders());
      await openSenders(page);
      await expectPage(page.getByRole("dialog").getByRole("listitem")).toHaveCount(2);
    },
    "nobody who waits": async (page) => {
      await answered(page, "senders", { senders: [] });
      await openSenders(page);
      await expectPage(page.getByText("Nobody is waiting.")).toBeVisible();
    },
    "people who wait, failed to load": async (page) => {
      await page.route("**/api/v1/senders", (route) => route.fulfill({ status: 500, body: "" }));
      await openSenders(page);
      await expectPage(page.getByRole("dialog").getByRole("alert")).toContainText("could not be read");
    },
  },
};
