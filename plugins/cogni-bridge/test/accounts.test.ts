import { bridgeAccountsSchema } from "@cogni/contract";
import { expect, test } from "vitest";
import { configuredSenders, listAccounts } from "../src/accounts.ts";

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
      dmPolicy: "open",
      refs: { botToken: "tenant/acme/telegram/v3/botToken" },
    },
    {
      channel: "telegram",
      accountId: "tenant-beta",
      enabled: false,
      dmPolicy: null,
      refs: { botToken: null, webhookSecret: null },
    },
    { channel: "telegram", accountId: "tenant-gone", enabled: true, dmPolicy: null, refs: {} },
    {
      channel: "slack",
      accountId: "other",
      enabled: false,
      dmPolicy: null,
      refs: { botToken: null, "http.signingKey": "y" },
    },
  ]);
  expect(JSON.stringify(accounts)).not.toContain("PLAIN");
});

test("a gateway without channels has no accounts", () => {
  expect(listAccounts(undefined)).toEqual([]);
});

test("whom an account's config lets in is told of that account alone, in whatever form it was written", () => {
  const channels = {
    telegram: { accounts: { "tenant-acme": { allowFrom: ["*"] }, "tenant-beta": { allowFrom: [42, "43"] } } },
  };
  expect(configuredSenders(channels, "telegram", "tenant-acme")).toEqual(["*"]);
  expect(configuredSenders(channels, "telegram", "tenant-beta")).toEqual(["42", "43"]);
  expect(configuredSenders(channels, "telegram", "tenant-gone")).toEqual([]);
  expect(configuredSenders(undefined, "telegram", "tenant-acme")).toEqual([]);
});
