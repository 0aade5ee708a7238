/**
 * Which credential each account refers to. `config.get` redacts the ids of SecretRefs, but the control plane must know
 * which version an account has. Reads the config as written, in which references still are references; the running
 * config holds their values.
 */
import type { BridgeAccounts } from "@cogni/contract";
import { PROVIDER_ID } from "./attribution.ts";

type Account = BridgeAccounts["accounts"][number];

/** `channels` is the config's section of that name, as written. */
export function listAccounts(channels: unknown): Account[] {
  return entriesOf(channels).flatMap(([channel, section]) =>
    entriesOf(isRecord(section) ? section.accounts : undefined).map(([accountId, account]) => ({
      channel,
      accountId,
      enabled:
        !(isRecord(section) && section.enabled === false) &&
        !(isRecord(account) && account.enabled === false),
      dmPolicy: isRecord(account) && typeof account.dmPolicy === "string" ? account.dmPolicy : null,
      refs: refsOf(account),
    })),
  );
}

/** Whom the account's own config lets in, as written. */
export function configuredSenders(channels: unknown, channel: string, accountId: string): string[] {
  const section = isRecord(channels) ? channels[channel] : undefined;
  const accounts = isRecord(section) ? section.accounts : undefined;
  const account = isRecord(accounts) ? accounts[accountId] : undefined;
  const allowed = isRecord(account) ? account.allowFrom : undefined;
  return Array.isArray(allowed) ? allowed.map(String) : [];
}

/** Every field, nested ones by dotted path, that holds a reference or is named like a secret. */
function refsOf(node: unknown, path: readonly string[] = []): Record<string, string | null> {
  const refs: Record<string, string | null> = {};
  for (const [key, value] of entriesOf(node)) {
    const here = [...path, key];
    if (isSecretRef(value)) refs[here.join(".")] = value.provider === PROVIDER_ID ? value.id : null;
    else if (typeof value === "string" && SECRET_NAME.test(key)) refs[here.join(".")] = null;
    else if (isRecord(value)) Object.assign(refs, refsOf(value, here));
  }
  return refs;
}

const SECRET_NAME = /token|secret|password|passphrase|credential|key$/i;

interface SecretRef {
  readonly source: string;
  readonly provider: string;
  readonly id: string;
}

function isSecretRef(value: unknown): value is SecretRef {
  return (
    isRecord(value) &&
    typeof value.source === "string" &&
    typeof value.provider === "string" &&
    typeof value.id === "string"
  );
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const entriesOf = (value: unknown): [string, unknown][] => (isRecord(value) ? Object.entries(value) : []);
