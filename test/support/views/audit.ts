/** What was done, and by whom. */
import type { AuditEntry } from "@cogni/contract";
import type { Page } from "@playwright/test";
import type { Tenant } from "../../../dev-env/src/seed.ts";
import { expectPage } from "../browsing.ts";
import { answered, LONG_NAME, type Views } from "./views.ts";

export const madeEntry = (seq: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  seq,
  at: new Date(Date.now() - seq * 3_600_000).toISOString(),
  actor: { kind: "person", id: "p".repeat(32), name: LONG_NAME },
  action: "channel.connect",
  channel: "telegram",
  accountId: "tenant-made",
  subject: null,
  subjectName: null,
  outcome: "credential_refused",
  remoteAddress: "2001:db8:85a3:8d3:1319:8a2e:370:7348",
  requestId: "0f6c3a52-8d0b-4c0e-9a51-3f2b6c1d7e90",
  hash: "ab".repeat(32),
  ...more,
});

const AUDIT = [
  madeEntry(9),
  madeEntry(8, {
    actor: { kind: "system", id: "reconcile", name: null },
    remoteAddress: null,
    requestId: null,
  }),
  madeEntry(7, {
    action: "member.role",
    subject: "x".repeat(32),
    subjectName: "Bob",
    channel: null,
    outcome: "admin",
  }),
  madeEntry(6, { action: "not.known.yet", outcome: "not_known_yet", channel: null }),
  madeEntry(5, { actor: { kind: "person", id: `subject:${"0".repeat(32)}`, name: null } }),
];

/** With the audit's own requests answered as is said. */
async function withAudit(
  page: Page,
  tenant: Tenant,
  entries: readonly AuditEntry[],
  query = "",
): Promise<void> {
  await answered(page, "audit?**", { entries, next: entries.length > 0 ? "more" : null });
  await page.goto(`/t/${tenant.billingAccountId}/audit${query}`);
}

export const audit: Views = {
  pages: {
    "the audit": async (page, tenant) => {
      await withAudit(page, tenant, AUDIT, "?channel=telegram");
      await expectPage(page.getByRole("link", { name: "Connect a channel" }).first()).toBeVisible();
      await expectPage(page.getByRole("button", { name: "Only telegram: show all" })).toBeVisible();
    },
  },
  further: {
    "the audit, on its way": async (page, tenant) => {
      await page.route("**/api/v1/audit?**", () => new Promise(() => undefined));
      await page.goto(`/t/${tenant.billingAccountId}/audit`);
      await expectPage(page.getByRole("table", { name: "Audit" })).toHaveAttribute("aria-busy", "true");
    },
    "an audit in which nothing is found": async (page, tenant) => {
      await withAudit(page, tenant, [], "?action=key.create");
      await expectPage(page.getByRole("heading", { name: "No entry like that" })).toBeVisible();
      await expectPage(page.getByRole("combobox", { name: "What was done" })).toHaveValue("key.create");
    },
    "an audit with nothing in it": async (page, tenant) => {
      await withAudit(page, tenant, []);
      await expectPage(page.getByRole("heading", { name: "Nothing done yet" })).toBeVisible();
    },
    "an audit that did not load": async (page, tenant) => {
      await page.route("**/api/v1/audit?**", (route) => route.fulfill({ status: 500, body: "" }));
      await page.goto(`/t/${tenant.billingAccountId}/audit`);
      await expectPage(page.getByRole("heading", { name: "This did not load" })).toBeVisible();
    },
    "an audit that is not for them": async (page, tenant) => {
      await page.route("**/api/v1/audit?**", (route) => route.fulfill({ status: 403, body: "" }));
      await page.goto(`/t/${tenant.billingAccountId}/audit`);
      await expectPage(page.getByRole("heading", { name: "The audit is for admins" })).toBeVisible();
    },
    "an entry of the audit": async (page, tenant) => {
      await withAudit(page, tenant, AUDIT);
      await page.getByRole("link", { name: "Connect a channel" }).first().press("Enter");
      await page.waitForURL("**/audit?entry=9");
      await expectPage(page.getByRole("complementary")).toContainText("0f6c3a52");
      await expectPage(page.getByRole("heading", { name: "Connect a channel" })).toBeFocused();
    },
  },
};
