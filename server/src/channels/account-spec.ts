/** What the gateway's config must hold for a registration: references for its secrets, values for the rest. */
import { accountIdOf, type ConnectField } from "@cogni/contract";
import type { RegistrationKey } from "../db/registrations.ts";
import type { AccountSpec, AppliedAccount } from "../gateway/gateway.ts";
import { referenceId } from "./keys.ts";

export function accountSpec(
  key: RegistrationKey,
  version: number,
  credential: Readonly<Record<string, string>>,
  fields: readonly ConnectField[],
  agentName: string,
): AccountSpec {
  const secretFields: Record<string, string> = {};
  const plainFields: Record<string, string> = {};
  for (const [name, value] of Object.entries(credential)) {
    // A field that the catalog no longer lists is treated as secret: showing it would be worse than refusing it.
    const isSecret = fields.find((field) => field.name === name)?.secret ?? true;
    if (isSecret) secretFields[name] = referenceId(key, version, name);
    else plainFields[name] = value;
  }
  return {
    billingAccountId: key.billingAccountId,
    channel: key.channel,
    accountId: accountIdOf(key.billingAccountId),
    agentName,
    secretFields,
    plainFields,
    access: "everyone",
  };
}

/** Whether the gateway's config already refers to exactly this credential. */
export function isApplied(spec: AccountSpec, applied: AppliedAccount | null): boolean {
  if (!applied?.enabled) return false;
  const wanted = Object.entries(spec.secretFields);
  return (
    wanted.length === Object.keys(applied.refs).length &&
    wanted.every(([field, reference]) => applied.refs[field] === reference)
  );
}
