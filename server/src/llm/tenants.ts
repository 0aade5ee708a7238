/** Whose key it is that a call carries, and what is known of them: believed for seconds, and forgotten when it changes. */
import type { BillingAccountId } from "@cogni/contract";
import { type LlmTenant, llmTenant } from "../db/llm-tenants.ts";
import type { Db } from "../db/pool.ts";
import { withTenant } from "../db/tenant.ts";
import type { LlmKeyClaims, LlmKeys } from "../vault/llm-keys.ts";

export interface LlmTenants {
  /**
   * Null: the key is none of ours, not of the tenant's gateway, or of a version that has ended.
   * @throws AppError database_unavailable
   */
  ofKey(key: string): Promise<LlmTenant | null> | LlmTenant | null;
  /** Null: all of them. */
  changed(tenant: BillingAccountId | null): void;
}

export function createLlmTenants(
  db: Db,
  keys: LlmKeys,
  { tenantMs, now }: { readonly tenantMs: number; readonly now: () => Date },
): LlmTenants {
  const known = new Map<
    BillingAccountId,
    { readonly until: number; readonly tenant: Promise<LlmTenant | null> }
  >();
  /** The same again, where it is there without waiting. */
  const settled = new WeakMap<Promise<LlmTenant | null>, { readonly tenant: LlmTenant | null }>();

  function find(id: BillingAccountId): Promise<LlmTenant | null> {
    const found = known.get(id);
    if (found && found.until > performance.now()) return found.tenant;
    const tenant = withTenant(db, id, llmTenant);
    known.set(id, { until: performance.now() + tenantMs, tenant });
    tenant.then(
      (value) => settled.set(tenant, { tenant: value }),
      () => known.get(id)?.tenant === tenant && known.delete(id),
    );
    return tenant;
  }

  async function askAgain(claims: LlmKeyClaims): Promise<LlmTenant | null> {
    known.delete(claims.billingAccountId);
    const tenant = await find(claims.billingAccountId);
    return tenant && holds(claims, tenant, now()) ? tenant : null;
  }

  function check(
    claims: LlmKeyClaims,
    tenant: LlmTenant | null,
  ): Promise<LlmTenant | null> | LlmTenant | null {
    if (tenant && holds(claims, tenant, now())) return tenant;
    // Made a moment ago, or for where the tenant is by now: a genuine key that we have not heard of yet.
    const isNews = tenant && (claims.version > tenant.keyVersion || claims.gatewayId !== tenant.gatewayId);
    return isNews ? askAgain(claims) : null;
  }

  return {
    ofKey(key) {
      const claims = keys.read(key);
      if (!claims) return null;
      const tenant = find(claims.billingAccountId);
      const ready = settled.get(tenant);
      return ready ? check(claims, ready.tenant) : tenant.then((value) => check(claims, value));
    },
    changed(tenant) {
      if (tenant === null) known.clear();
      else known.delete(tenant);
    },
  };
}

function holds({ gatewayId, version }: LlmKeyClaims, tenant: LlmTenant, now: Date): boolean {
  if (tenant.status === "deleting" || tenant.gatewayId !== gatewayId) return false;
  if (version === tenant.keyVersion) return true;
  return version === tenant.keyVersion - 1 && tenant.previousUntil !== null && tenant.previousUntil > now;
}
