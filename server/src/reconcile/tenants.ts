/** What is done of tenants as a whole: a gateway is told whose agents may make no calls, and who is deleted is erased. */
import { type Deletion, deletionsOn } from "../db/deletions.ts";
import { withService } from "../db/tenant.ts";
import { inactiveTenants } from "../db/tenant-status.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { type Repeated, repeat } from "../repeat.ts";
import { type DeletionDeps, eraseTenant } from "./deletions.ts";

export interface TenantsDeps extends DeletionDeps {
  readonly gateway: Gateway;
  /** Between two looks, in milliseconds, even if nobody tells that something changed. */
  readonly everyMs: number;
  /** The same while a tenant is being erased. */
  readonly retryMs: number;
  /** Has all agents told what their tenants wrote; those of a tenant that is being deleted, nothing. */
  readonly brief: () => Promise<void>;
}

export function startTenants(deps: TenantsDeps): Repeated {
  const { db, gateway, log } = deps;
  /** As the gateway has it; null where that is not known. */
  let told: string | null = null;
  let isErasing = false;

  async function look(): Promise<void> {
    if (gateway.reachable()) told = await tellSuspended(deps, told);
    const deletions = await withService(db, (tx) => deletionsOn(tx, gateway.id));
    // One that began before the deletion did might tell an agent something after it was erased.
    if (deletions.length > 0) await deps.brief();
    const gone: boolean[] = [];
    for (const deletion of deletions) gone.push(await eraseOne(deps, deletion));
    isErasing = gone.includes(false);
    // Erasing one takes it off the list that the gateway was told.
    if (deletions.length > 0) told = null;
  }

  const repeated = repeat(
    () =>
      look().catch((error: unknown) => {
        told = null;
        log.warn({ err: error }, "tenants could not be looked after; the next look tries again");
      }),
    () => (isErasing ? deps.retryMs : deps.everyMs),
  );
  // It may be another state folder than the one it was told of.
  const unsubscribe = gateway.onReachable(() => {
    told = null;
    repeated.wake();
  });
  return {
    wake: repeated.wake,
    stop() {
      unsubscribe();
      return repeated.stop();
    },
  };
}

async function tellSuspended(
  { db, gateway }: Pick<TenantsDeps, "db" | "gateway">,
  told: string | null,
): Promise<string> {
  const suspended = await withService(db, (tx) => inactiveTenants(tx, gateway.id));
  const wanted = suspended.join(" ");
  if (wanted !== told) await gateway.suspend(suspended);
  return wanted;
}

/** One that can't be erased now keeps no other from being. */
async function eraseOne(deps: TenantsDeps, deletion: Deletion): Promise<boolean> {
  try {
    return await eraseTenant(deps, deletion);
  } catch (error) {
    deps.log.warn(
      { err: error, step: deletion.step },
      "a tenant could not be erased; the next look goes on there",
    );
    return false;
  }
}
