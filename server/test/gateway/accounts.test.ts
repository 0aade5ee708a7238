import { expect, test } from "vitest";
import {
  type AccountContent,
  withAccount,
  withoutAccount,
  withReferences,
} from "../../src/gateway/accounts.ts";
import { at, createMergePatch, withValue } from "../../src/gateway/json.ts";

const key = { channel: "telegram", accountId: "tenant-acme" };
const content: AccountContent = {
  agentName: "Acme",
  model: "cogni/echo",
  secretFields: { botToken: "tenant/acme/telegram/v1/botToken" },
  plainFields: {},
  template: { enabled: true, allowFrom: ["*"] },
};
const foreign = { agentId: "house", match: { channel: "telegram", accountId: "*" } };
const binding = { agentId: "tenant-acme", match: key };

test("an account comes with its agent and a binding, beside the bindings of others", () => {
  const config = withAccount({ bindings: [foreign], agents: { entries: { house: {} } } }, key, content);
  expect(config).toEqual({
    bindings: [foreign, binding],
    agents: {
      entries: {
        house: {},
        "tenant-acme": {
          name: "Acme",
          model: { primary: "cogni/echo" },
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the gateway's.
          workspace: "${OPENCLAW_STATE_DIR}/workspace",
        },
      },
    },
    channels: {
      telegram: {
        accounts: {
          "tenant-acme": {
            enabled: true,
            allowFrom: ["*"],
            botToken: { source: "exec", provider: "cogni", id: "tenant/acme/telegram/v1/botToken" },
          },
        },
      },
    },
  });
});

test("putting the same account again changes nothing, its agent's folder being read as the path that it is", () => {
  const agent = ["agents", "entries", "tenant-acme", "workspace"];
  const config = withValue(withAccount({}, key, content), agent, "/var/lib/openclaw/workspace");
  expect(createMergePatch(config, withAccount(config, key, content))).toBeNull();
});

test("a replaced credential leaves no field of the earlier one behind", () => {
  const config = withAccount({}, key, { ...content, secretFields: { appToken: "old" } });
  const account = at(withAccount(config, key, content), "channels", "telegram", "accounts", "tenant-acme");
  expect(account).not.toHaveProperty("appToken");
});

test("a binding of the account to someone else's agent is replaced, not doubled", () => {
  const config = withAccount({ bindings: [{ ...binding, agentId: "house" }, foreign] }, key, content);
  expect(config.bindings).toEqual([foreign, binding]);
});

test("removing takes account and binding away and leaves agent, neighbours and foreign bindings", () => {
  const neighbour = { channel: "telegram", accountId: "tenant-globex" };
  const both = withAccount(withAccount({ bindings: [foreign] }, key, content), neighbour, content);
  const config = withoutAccount(both, key);
  expect(config.bindings).toEqual([foreign, { agentId: "tenant-globex", match: neighbour }]);
  expect(Object.keys(at(config, "channels", "telegram", "accounts") ?? {})).toEqual(["tenant-globex"]);
  expect(at(config, "agents", "entries", "tenant-acme")).toBeDefined();
});

test("removing what is not there changes nothing", () => {
  const config = { bindings: [foreign], channels: { telegram: {} } };
  expect(createMergePatch(config, withoutAccount(config, key))).toBeNull();
});

test("references that the gateway redacts are put back, and nothing else is", () => {
  const redacted = { source: "exec", provider: "cogni", id: "__OPENCLAW_REDACTED__" };
  const config = {
    channels: { telegram: { accounts: { "tenant-acme": { botToken: redacted, inline: "x" } } } },
  };
  const refs = {
    botToken: "tenant/acme/telegram/v2/botToken",
    inline: null,
    gone: "tenant/acme/telegram/v2/gone",
  };
  expect(withReferences(config, [{ ...key, enabled: true, dmPolicy: null, refs }])).toEqual({
    channels: {
      telegram: {
        accounts: { "tenant-acme": { botToken: { ...redacted, id: refs.botToken }, inline: "x" } },
      },
    },
  });
});
