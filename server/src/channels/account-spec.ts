/** What the gateway's config must hold for an account: references for its secrets, values for the rest. */
import { type Access, accountIdOf, type ConnectField } from "@cogni/contract";
import type { ConnectionKey } from "../db/connections.ts";
import type { AccountSpec, AppliedAccount } from "../gateway/gateway.ts";
import { referenceId } from "./keys.ts";

/** A tenant's account, as a connection or a login has it. */
interface TenantAccount extends ConnectionKey {
  readonly billingAccountName: string;
  readonly access: Access;
}

/** One that logs in by a session, which the gateway keeps by itself. */
export function sessionSpec(account: TenantAccount): AccountSpec {
  return {
    billingAccountId: account.billingAccountId,
    channel: account.channel,
    accountId: accountIdOf(account.billingAccountId),
    agentName: account.billingAccountName,
    secretFields: {},
    plainFields: {},
    access: account.access,
    approved: [],
  };
}

/** One that shows a credential, in the version that stands in the database. */
export function credentialSpec(
  account: TenantAccount,
  version: number,
  credential: Readonly<Record<string, string>>,
  fields: readonly ConnectField[],
): AccountSpec {
  const secretFields: Record<string, string> = {};
  const plainFields: Record<string, string> = {};
  for (const [name, value] of Object.entries(credential)) {
    // A field that the catalog no longer lists is treated as secret: showing it would be worse than refusing it.
    const isSecret = fields.find((field) => field.name === name)?.secret ?? true;
    if (isSecret) secretFields[name] = referenceId(account, version, name);
    else plainFields[name] = value;
  }
  return { ...sessionSpec(account), secretFields, plainFields };
}

/** Whether the gateway's config already refers to exactly this credential, and lets write who may. */
export function isApplied(spec: AccountSpec, applied: AppliedAccount | null): boolean {
  if (!applied?.enabled || (applied.access !== null && applied.access !== spec.access)) return false;
  const wanted = Object.entries(spec.secretFields);
  return (
    wanted.length === Object.keys(applied.refs).length &&
    wanted.every(([field, reference]) => applied.refs[field] === reference)
  );
}
