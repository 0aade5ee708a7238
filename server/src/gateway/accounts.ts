/**
 * How a tenant's account stands in the gateway's config: the account with references for its secrets, the tenant's
 * agent, and the binding between the two. Pure; the writer applies what these compute.
 */
import {
  accountIdOf,
  type BillingAccountId,
  type BridgeAccounts,
  SECRET_PROVIDER,
  tenantOfAccountId,
} from "@cogni/contract";
import { at, isObject, type Json, type JsonObject, withValue } from "./json.ts";
import type { AccountKey } from "./snapshot.ts";

export interface AccountContent {
  readonly agentName: string;
  /** Provider and model, as the agent's config names them. */
  readonly model: string;
  /** Field → id of the reference by which the gateway asks for its value. */
  readonly secretFields: Readonly<Record<string, string>>;
  readonly plainFields: Readonly<Record<string, string>>;
  /** What an account holds beside its credential. */
  readonly template: JsonObject;
}

/**
 * The working folder of every tenant's agent, filled in by the gateway. No agent has a tool that reads or writes files, so it stays
 * empty; and the gateway looks for plugins in each folder anew at every write (docs/decisions/0033-what-a-config-write-costs.md).
 */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the gateway's.
const AGENT_WORKSPACE = "${OPENCLAW_STATE_DIR}/workspace";

/** With account, agent and binding, which the gateway takes in one write without a restart. */
export function withAccount(config: JsonObject, key: AccountKey, content: AccountContent): JsonObject {
  const { channel, accountId } = key;
  const references = Object.entries(content.secretFields).map(([field, id]) => [
    field,
    { source: "exec", provider: SECRET_PROVIDER, id },
  ]);
  // The account as a whole: a field of an earlier credential must not stay behind.
  const account = { ...content.template, ...content.plainFields, ...Object.fromEntries(references) };
  const binding: JsonObject = { agentId: accountId, match: { channel, accountId } };
  const bindings = bindingsOf(config);
  const bound = bindings.some((one) => isBindingOf(one, key) && at(one, "agentId") === accountId);

  let result = withValue(config, accountPath(key), account);
  result = withValue(result, ["agents", "entries", accountId, "name"], content.agentName);
  result = withValue(result, ["agents", "entries", accountId, "model"], { primary: content.model });
  // It reads as the path that the gateway made of it.
  if (at(config, "agents", "entries", accountId, "workspace") === undefined) {
    result = withValue(result, ["agents", "entries", accountId, "workspace"], AGENT_WORKSPACE);
  }
  if (bound) return result;
  return withValue(result, ["bindings"], [...bindings.filter((one) => !isBindingOf(one, key)), binding]);
}

/** Without account and binding; the agent stays, for it holds the tenant's conversations. */
export function withoutAccount(config: JsonObject, key: AccountKey): JsonObject {
  const bindings = bindingsOf(config);
  const others = bindings.filter((one) => !isBindingOf(one, key));
  const result = withValue(config, accountPath(key), undefined);
  return others.length === bindings.length ? result : withValue(result, ["bindings"], others);
}

/** With the account as it is, but off; the same config where it has none. */
export function withDisabled(config: JsonObject, key: AccountKey): JsonObject {
  if (!isObject(at(config, ...accountPath(key)))) return config;
  return withValue(config, [...accountPath(key), "enabled"], false);
}

/** Without anything of the tenant's but its agent, which only an RPC of the gateway's own removes. */
export function withoutTenant(config: JsonObject, tenant: BillingAccountId): JsonObject {
  const accountId = accountIdOf(tenant);
  const channels = at(config, "channels");
  let result = config;
  for (const channel of isObject(channels) ? Object.keys(channels) : []) {
    result = withoutAccount(result, { channel, accountId });
  }
  const bindings = bindingsOf(result);
  const others = bindings.filter((one) => at(one, "agentId") !== accountId);
  return others.length === bindings.length ? result : withValue(result, ["bindings"], others);
}

/** The config with the ids that `config.get` redacts put back, so that comparing tells whether a write is needed. */
export function withReferences(config: JsonObject, accounts: BridgeAccounts["accounts"]): JsonObject {
  let result = config;
  for (const { channel, accountId, refs } of accounts) {
    for (const [field, id] of Object.entries(refs)) {
      const path = [...accountPath({ channel, accountId }), ...field.split(".")];
      if (id !== null && isObject(at(result, ...path))) result = withValue(result, [...path, "id"], id);
    }
  }
  return result;
}

/** The agents of tenants that the config has. */
export function tenantAgents(config: JsonObject): string[] {
  const entries = at(config, "agents", "entries");
  return isObject(entries) ? Object.keys(entries).filter((id) => tenantOfAccountId(id) !== null) : [];
}

function accountPath({ channel, accountId }: AccountKey): string[] {
  return ["channels", channel, "accounts", accountId];
}

/** All bindings, foreign ones too: the array can only be written whole. */
function bindingsOf(config: JsonObject): readonly Json[] {
  const bindings = at(config, "bindings");
  return Array.isArray(bindings) ? bindings : [];
}

function isBindingOf(binding: Json, { channel, accountId }: AccountKey): boolean {
  return at(binding, "match", "channel") === channel && at(binding, "match", "accountId") === accountId;
}
