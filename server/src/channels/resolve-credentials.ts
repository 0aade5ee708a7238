/**
 * What a gateway is told when it asks for the secrets that its config refers to: the credentials of tenants placed on
 * it, in the version it names, as long as they are wished connected; and for the plugin, the LLM keys of these tenants.
 */
import {
  billingAccountIdSchema,
  llmKeyReference,
  llmSaltReference,
  type ResolveResponse,
} from "@cogni/contract";
import { z } from "zod";
import {
  type CredentialRef,
  credentialsFor,
  markUsed,
  type SealedChannelCredential,
} from "../db/credentials.ts";
import { type LlmKeyVersion, llmKeyVersions } from "../db/llm-keys.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import type { Logger } from "../log.ts";
import type { LlmKeys } from "../vault/llm-keys.ts";
import type { Vault } from "../vault/vault.ts";

export interface ResolverDeps {
  readonly db: Db;
  readonly vault: Vault;
  readonly llmKeys: LlmKeys;
  readonly log: Logger;
}

interface Reference extends CredentialRef {
  readonly id: string;
  readonly field: string;
}

/**
 * As `config/openclaw-gateway.json` names it: the gateway wants a key for its provider, but each call carries its tenant's own. That
 * it has this one tells that it was given secrets when it booted.
 */
const PROVIDER_KEY = { reference: "llm/upstream", value: "each call carries its own" };
const LLM_REFERENCE = /^llm\/(?:key|salt)\/(.+)$/;
const REFERENCE = /^tenant\/([a-z0-9_-]+)\/([a-z0-9_-]+)\/v(\d{1,15})\/([A-Za-z][A-Za-z0-9]*)$/;
const fieldsSchema = z.record(z.string(), z.string());

/**
 * One query, and one that notes the use, however many references. Those that are not this gateway's to know, and those that never were, are told
 * apart by nobody: both are NOT_FOUND.
 * @throws AppError database_unavailable
 */
export async function resolveCredentials(
  deps: ResolverDeps,
  gatewayId: string,
  ids: readonly string[],
): Promise<Pick<ResolveResponse, "values" | "errors">> {
  const references = ids.map(parseReference).filter((reference) => reference !== null);
  const sealed =
    references.length === 0
      ? []
      : await withService(deps.db, (tx) => credentialsFor(tx, gatewayId, references));
  const opened = new Map(sealed.map((credential) => [keyOf(credential), open(deps, credential)]));

  // Maps: an id is whatever the gateway's config says, and `__proto__` is no exception.
  const values = new Map<string, string>();
  const errors = new Map(ids.map((id) => [id, { code: "NOT_FOUND" }]));
  for (const reference of references) {
    const fields = opened.get(keyOf(reference));
    const value = fields?.get(reference.field);
    if (fields === null) errors.set(reference.id, { code: "CREDENTIAL_UNREADABLE" });
    if (value !== undefined) values.set(reference.id, value);
  }
  const used = sealed.filter((credential) => opened.get(keyOf(credential)) !== null);
  if (used.length > 0) {
    await withService(deps.db, (tx) =>
      markUsed(
        tx,
        used.map(({ connectionId }) => connectionId),
      ),
    );
  }
  if (errors.has(PROVIDER_KEY.reference)) values.set(PROVIDER_KEY.reference, PROVIDER_KEY.value);
  for (const [id, value] of await llmSecrets(deps, gatewayId, ids)) if (errors.has(id)) values.set(id, value);
  for (const id of values.keys()) errors.delete(id);
  return { values: Object.fromEntries(values), errors: Object.fromEntries(errors) };
}

/** Of the tenants that are named and placed there. */
async function llmSecrets(
  { db, llmKeys }: ResolverDeps,
  gatewayId: string,
  ids: readonly string[],
): Promise<[id: string, value: string][]> {
  const named = ids.flatMap((id) => {
    const tenant = billingAccountIdSchema.safeParse(LLM_REFERENCE.exec(id)?.[1]);
    return tenant.success ? [tenant.data] : [];
  });
  if (named.length === 0) return [];
  const placed = await withService(db, (tx) => llmKeyVersions(tx, gatewayId, named));
  return placed.flatMap(({ billingAccountId, version }: LlmKeyVersion): [string, string][] => [
    [llmKeyReference(billingAccountId), llmKeys.keyOf({ billingAccountId, gatewayId, version }).reveal()],
    [llmSaltReference(billingAccountId), llmKeys.saltOf(billingAccountId).reveal()],
  ]);
}

function parseReference(id: string): Reference | null {
  const [, billingAccountId, channel, version, field] = REFERENCE.exec(id) ?? [];
  if (!billingAccountId || !channel || !version || !field) return null;
  return { id, billingAccountId, channel, version: Number(version), field };
}

function keyOf({ billingAccountId, channel, version }: CredentialRef): string {
  return `${billingAccountId}/${channel}/${version}`;
}

/** Field → value; null where no key opens it. */
function open(deps: ResolverDeps, credential: SealedChannelCredential): ReadonlyMap<string, string> | null {
  try {
    const fields = fieldsSchema.parse(deps.vault.open(credential.sealed, credential));
    return new Map(Object.entries(fields));
  } catch (error) {
    const { billingAccountId, channel } = credential;
    deps.log.error({ err: error, billingAccountId, channel }, "a stored credential cannot be opened");
    return null;
  }
}
