import { bridgeAccountsSchema } from "@cogni/contract";
import { expect, test } from "vitest";
import { listAccounts } from "../src/accounts.ts";

const ref = (id: string, provider = "cogni") => ({ source: "exec", provider, id });

test("each account is told with the ids of its references, and never with a value", () => {
  const channels = {
    defaults: { groupPolicy: "disabled" },
    telegram: {
      configWrites: false,
      accounts: {
        "tenant-acme": {
          botToken: ref("tenant/acme/telegram/v3/botToken"),
          dmPolicy: "open",
          allowFrom: ["*"],
        },
        "tenant-beta": { botToken: "1:PLAIN", webhookSecret: "PLAIN", enabled: false },
        "tenant-gone": {},
      },
    },
    slack: {
      enabled: false,
      accounts: { other: { botToken: ref("x", "vault"), http: { signingKey: ref("y") } } },
    },
  };
  const accounts = listAccounts(channels);
  expect(bridgeAccountsSchema.parse({ accounts }).accounts).toEqual([
    {
      channel: "telegram",
      accountId: "tenant-acme",
      enabled: true,
      refs: { botToken: "tenant/acme/telegram/v3/botToken" },
    },
    {
      channel: "telegram",
      accountId: "tenant-beta",
      enabled: false,
      refs: { botToken: null, webhookSecret: null },
    },
    { channel: "telegram", accountId: "tenant-gone", enabled: true, refs: {} },
    {
      channel: "slack",
      accountId: "other",
      enabled: false,
      refs: { botToken: null, "http.signingKey": "y" },
    },
  ]);
  expect(JSON.stringify(accounts)).not.toContain("PLAIN");
});

test("a gateway without channels has no accounts", () => {
  expect(listAccounts(undefined)).toEqual([]);
});
