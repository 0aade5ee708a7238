/**
 * What a gateway is told when it asks for the secrets that its config refers to: the credentials of tenants placed on
 * it, in the version it names, as long as they are wished connected; and the key of the LLM endpoint.
 */
import type { ResolveResponse } from "@cogni/contract";
import { z } from "zod";
import {
  type CredentialRef,
  credentialsFor,
  markUsed,
  type SealedChannelCredential,
} from "../db/credentials.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import type { Logger } from "../log.ts";
import type { Secret } from "../secret.ts";
import type { Vault } from "../vault/vault.ts";

export interface ResolverDeps {
  readonly db: Db;
  readonly vault: Vault;
  readonly llmApiKey: Secret;
  readonly log: Logger;
}

interface Reference extends CredentialRef {
  readonly id: string;
  readonly field: string;
}

/** As `config/openclaw-gateway.json` names it. */
const LLM_KEY_REFERENCE = "llm/upstream";
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
  if (errors.has(LLM_KEY_REFERENCE)) values.set(LLM_KEY_REFERENCE, deps.llmApiKey.reveal());
  for (const id of values.keys()) errors.delete(id);
  return { values: Object.fromEntries(values), errors: Object.fromEntries(errors) };
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
