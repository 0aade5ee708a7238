/** A tenant's API keys as its people and programs manage them: each change with its audit row, none beyond what the caller may do. */
import {
  type ApiKey,
  type ApiKeys,
  type CreatedKey,
  type CreateKeyRequest,
  type KeyScope,
  MAX_KEYS,
  type RevokedKey,
  type RotateKeyRequest,
} from "@cogni/contract";
import {
  countApiKeys,
  createApiKey,
  expireApiKey,
  findApiKey,
  listApiKeys,
  lockApiKeys,
  revokeApiKey,
} from "../db/api-keys.ts";
import type { RequestMeta } from "../db/audit.ts";
import type { Db } from "../db/pool.ts";
import { type TenantTx, withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";
import { makerOf } from "./authorize.ts";
import type { Principal } from "./principal.ts";
import { recordAct } from "./record-act.ts";

export interface ManageKeys {
  list(principal: Principal): Promise<ApiKeys>;
  /** @throws AppError forbidden (beyond the caller's own scopes), invalid_request (expired already), too_many_keys */
  create(principal: Principal, request: CreateKeyRequest, meta: RequestMeta): Promise<CreatedKey>;
  /**
   * Another key with the same name and scopes; the present one ends when the overlap is over.
   * @throws AppError unknown_key, forbidden, too_many_keys
   */
  rotate(principal: Principal, request: RotateKeyRequest, meta: RequestMeta): Promise<CreatedKey>;
  /** @throws AppError unknown_key */
  revoke(principal: Principal, id: string, meta: RequestMeta): Promise<RevokedKey>;
}

export function createManageKeys(db: Db, clock: () => Date): ManageKeys {
  return {
    async list({ billingAccountId }) {
      const keys = await withTenant(db, billingAccountId, (tx) => listApiKeys(tx, clock()));
      return { keys: keys.map(toAnswer) };
    },

    async create(principal, { name, scopes, expiresAt }, meta) {
      requireWithin(principal, scopes);
      const until = expiresAt === null ? null : new Date(expiresAt);
      if (until && until <= clock()) {
        throw new AppError("invalid_request", {
          errors: [{ path: "expiresAt", message: "must be in the future" }],
        });
      }
      return withTenant(db, principal.billingAccountId, async (tx) => {
        const made = await add(tx, principal, { name, scopes, expiresAt: until });
        await recordAct(tx, principal.actor, { action: "key.create", subject: made.id, meta });
        return made;
      });
    },

    rotate: (principal, { id, overlapSeconds }, meta) =>
      withTenant(db, principal.billingAccountId, async (tx) => {
        const present = await findApiKey(tx, id, clock());
        if (!present) throw new AppError("unknown_key");
        requireWithin(principal, present.scopes);
        const made = await add(tx, principal, present);
        await expireApiKey(tx, id, new Date(clock().getTime() + overlapSeconds * 1000));
        await recordAct(tx, principal.actor, { action: "key.rotate", subject: id, meta });
        return made;
      }),

    revoke: (principal, id, meta) =>
      withTenant(db, principal.billingAccountId, async (tx) => {
        if (!(await revokeApiKey(tx, id))) throw new AppError("unknown_key");
        await recordAct(tx, principal.actor, { action: "key.revoke", subject: id, meta });
        return { id, status: "revoked" };
      }),
  };

  async function add(
    tx: TenantTx,
    { billingAccountId, actor }: Principal,
    wish: { name: string; scopes: readonly KeyScope[]; expiresAt: Date | null },
  ): Promise<CreatedKey> {
    await lockApiKeys(tx);
    if ((await countApiKeys(tx, clock())) >= MAX_KEYS) throw new AppError("too_many_keys");
    const { name, scopes, expiresAt } = wish;
    const { id, key } = await createApiKey(tx, {
      billingAccountId,
      name,
      scopes,
      expiresAt,
      createdBy: makerOf(actor),
    });
    const made = await findApiKey(tx, id, clock());
    if (!made) throw new AppError("internal_error");
    return { key: key.reveal(), ...toAnswer(made) };
  }
}

/** @throws AppError forbidden: nobody hands on what they may not do themselves */
function requireWithin({ scopes: own }: Principal, scopes: readonly KeyScope[]): void {
  const beyond = scopes.filter((scope) => !own.includes(scope));
  if (beyond.length === 0) return;
  throw new AppError("forbidden", { detail: `You may not do this yourself: ${beyond.join(", ")}.` });
}

function toAnswer(key: Awaited<ReturnType<typeof listApiKeys>>[number]): ApiKey {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    createdAt: key.createdAt.toISOString(),
    createdBy: key.createdBy,
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    expiresAt: key.expiresAt?.toISOString() ?? null,
  };
}
