/** The pages of the platform's administrators; those of their tenants are in a file of their own. */
import type { GatewayOverview } from "@cogni/contract";
import { expectPage, fieldOf } from "../browsing.ts";
import { madeOperatorUsage } from "../made-usage.ts";
import { madeAlerts } from "./alerts.ts";
import { madeEntry } from "./audit.ts";
import { AT, answered, type Views } from "./views.ts";

const madeGateway = (id: string, reachable: boolean): GatewayOverview => ({
  id,
  address: "wss://gateway-with-a-rather-long-name.internal.example.com:18789",
  reachable,
  observedAt: reachable ? AT : null,
  lease: reachable ? { holder: "control-plane-7f9c6d5b4-x2x8q/1", until: AT } : null,
  draining: !reachable,
  capacity: 100,
  tenants: 42,
  connections: reachable ? { connected: 57, action_required: 3, reconnecting: 1 } : {},
});

export const operator: Views = {
  pages: {
    "the platform's audit": async (page) => {
      await answered(page, "operator/audit?**", {
        entries: [madeEntry(2, { action: "gateway.drain" })],
        next: null,
      });
      await page.goto("/operator/audit");
      await expectPage(page.getByRole("table", { name: "Audit" })).toContainText("Keep new tenants off");
    },
    gateways: async (page) => {
      await answered(page, "operator/gateways", {
        gateways: [madeGateway("shared", true), madeGateway("b", false)],
      });
      await page.goto("/operator/gateways");
      await expectPage(page.getByRole("button", { name: "Stop new tenants on shared" })).toBeVisible();
      await expectPage(page.getByText("No new tenants")).toBeVisible();
    },
    "the platform's alerts": async (page) => {
      const alerts = madeAlerts("gateway_unreachable", "leftovers_waiting");
      await answered(page, "operator/alerts**", { alerts, next: alerts[3]?.id ?? null });
      await answered(page, "operator/alerts/mail", { mails: true });
      await page.goto("/operator/alerts");
      await expectPage(page.getByRole("list", { name: "Open" }).getByRole("listitem")).toHaveCount(3);
      await expectPage(page.getByRole("checkbox", { name: "Tell me by mail" })).toBeChecked();
      await expectPage(page.getByRole("button", { name: "Alerts: 2 new" })).toBeVisible();
    },
    "all tenants' usage, and a correction": async (page) => {
      await answered(page, "operator/usage?**", madeOperatorUsage());
      await page.goto("/operator/usage");
      await expectPage(page.getByText("less than ours").or(page.getByText("more than ours"))).toBeVisible();
      await page.getByRole("button", { name: "Add money for Made" }).click();
      await page.getByRole("radio", { name: "Correction" }).check();
      await fieldOf(page, "Amount in dollars").fill("-1.5");
      await expectPage(page.getByText("Balance then: -$1.7134")).toBeVisible();
    },
  },
  further: {
    "no gateway": async (page) => {
      await answered(page, "operator/gateways", { gateways: [] });
      await page.goto("/operator/gateways");
      await expectPage(page.getByRole("heading", { name: "No gateway yet" })).toBeVisible();
    },
    "gateways, failed to load": async (page) => {
      await page.route("**/api/v1/operator/gateways", (route) => route.fulfill({ status: 500, body: "" }));
      await page.goto("/operator/gateways");
      await expectPage(page.getByRole("heading", { name: "This did not load" })).toBeVisible();
    },
    "no alert of the platform": async (page) => {
      await answered(page, "operator/alerts**", { alerts: [], next: null });
      await answered(page, "operator/alerts/mail", { mails: false });
      await page.goto("/operator/alerts");
      await expectPage(page.getByRole("heading", { name: "Nothing is wrong" })).toBeVisible();
    },
  },
};
