/** What waits for somebody. */
import { randomUUID } from "node:crypto";
import { type Alert, channelProblem } from "@cogni/contract";
import { expectPage } from "../browsing.ts";
import { AT, answered, DAY_MS, LONG_NAME, type Views } from "./views.ts";

/** Two that stand, one that somebody has seen, and one that is over. */
export function madeAlerts(first: Alert["kind"], second: Alert["kind"]): Alert[] {
  const made = (kind: Alert["kind"], over: Partial<Alert> = {}): Alert => ({
    id: randomUUID(),
    kind,
    channel: kind === "account_down" ? ("telegram" as Alert["channel"]) : null,
    label: kind === "account_down" ? "Telegram" : null,
    accountId: null,
    subject: kind === "account_down" ? null : { id: "shared", name: LONG_NAME },
    problem: channelProblem(kind === "account_down" ? "credential_refused" : "key_expiring"),
    needsPerson: true,
    since: AT,
    endsAt: kind === "key_expiring" ? new Date(Date.now() + 5 * DAY_MS).toISOString() : null,
    openedAt: AT,
    resolvedAt: null,
    resolution: null,
    acknowledged: null,
    ...over,
  });
  return [
    made(first),
    made(second),
    made(first, {
      needsPerson: false,
      problem: channelProblem("messenger_unreachable"),
      acknowledged: { at: AT, by: { kind: "person", id: "p", name: LONG_NAME } },
    }),
    made(first, { resolvedAt: AT, resolution: "recovered" }),
  ];
}

export const alerts: Views = {
  pages: {
    "alerts below the bell, and the banner": async (page) => {
      await answered(page, "alerts", { alerts: madeAlerts("account_down", "key_expiring"), next: null });
      await page.goto("/channels");
      await expectPage(page.getByRole("region", { name: "What waits for you" })).toContainText("is down");
      await page.getByRole("button", { name: "Alerts: 2 new" }).click();
      await expectPage(page.getByRole("dialog").getByRole("listitem")).toHaveCount(4);
    },
  },
  further: {
    "nothing below the bell": async (page) => {
      await page.goto("/channels");
      await page.getByRole("button", { name: "Alerts", exact: true }).click();
      await expectPage(page.getByRole("dialog").getByText("Nothing is wrong.")).toBeVisible();
    },
    "alerts, failed to load": async (page) => {
      await page.route("**/api/v1/alerts", (route) => route.fulfill({ status: 500, body: "" }));
      await page.goto("/channels");
      await page.getByRole("button", { name: "Alerts", exact: true }).click();
      await expectPage(page.getByRole("dialog").getByRole("alert")).toContainText("could not be read");
    },
  },
};
