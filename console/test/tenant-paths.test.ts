/** Addresses of tenants, and ids that names suggest. */
import { billingAccountIdSchema } from "@cogni/contract";
import { expect, test } from "vitest";
import { idFrom } from "../src/tenants/id-from-name.ts";
import { switchedPath } from "../src/tenants/paths.ts";

test.each([
  ["/t/a/channels", "/t/b/channels"],
  ["/t/a/settings/members", "/t/b/settings/members"],
  ["/t/a/settings/links/of-a", "/t/b/settings/links"],
  ["/t/a", "/t/b/channels"],
  ["/account", "/t/b/channels"],
  ["/operator/tenants", "/t/b/channels"],
])("%s becomes %s in another account, and takes nothing of the first along", (path, expected) => {
  expect(switchedPath(path, "b")).toBe(expected);
});

test.each(["Müller & Söhne", "  Acme  ", "ACME GmbH & Co. KG".repeat(9), "9 lives", "ﬁne-print"])(
  "the name “%s” suggests an id that the API takes",
  (name) => {
    expect(billingAccountIdSchema.safeParse(idFrom(name)).success).toBe(true);
  },
);

test("a name without a letter of an id suggests none", () => {
  expect(idFrom("株式会社")).toBe("");
});
