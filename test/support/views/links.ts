/** Links by which somebody else connects a tenant's channels. */
import { createdConnectLinkSchema } from "@cogni/contract";
import type { Tenant } from "../../../dev-env/src/seed.ts";
import { expectPage, world } from "../browsing.ts";
import type { Views } from "./views.ts";

async function newLink(tenant: Tenant): Promise<string> {
  const { body } = await world.api(tenant).request("POST", "/api/v1/connect-links", {});
  return createdConnectLinkSchema.parse(body).url;
}

export const links: Views = {
  pages: {
    "connect links": async (page, tenant) => {
      await newLink(tenant);
      await page.goto(`/t/${tenant.billingAccountId}/settings/links`);
      await expectPage(
        page.getByRole("button", { name: "Revoke the link for All channels" }).first(),
      ).toBeVisible();
      await page.getByRole("textbox", { name: "Allowed sites" }).fill("https://*.shop.example");
      await page.getByRole("button", { name: "Save" }).click();
      await expectPage(page.getByText("https://*.shop.example can't be used.")).toBeVisible();
    },
    "the page of a connect link": async (page, tenant) => {
      await page.goto("about:blank");
      await page.goto(await newLink(tenant));
      await expectPage(page.getByRole("button", { name: "Connect Telegram" })).toBeVisible();
    },
  },
  further: {
    "a connect link that has ended": async (page) => {
      await page.goto("about:blank");
      await page.goto(`/connect/${crypto.randomUUID()}#${"x".repeat(43)}`);
      await expectPage(page.getByRole("heading", { name: "This link has ended" })).toBeVisible();
    },
  },
};
