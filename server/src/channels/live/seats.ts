/** How many streams may be open at once, in this process and of one tenant; those that are about to open count. */
import type { BillingAccountId } from "@cogni/contract";
import { AppError } from "../../errors.ts";

export interface Seats {
  /** @throws AppError rate_limited */
  take(billingAccountId: BillingAccountId): void;
  /** Answers how many the tenant has left. */
  giveBack(billingAccountId: BillingAccountId): number;
  /** Of all tenants. */
  taken(): number;
}

/** For the reader to come back, where there is no room. */
const FULL_RETRY_S = 30;

export function createSeats(limits: {
  readonly maxStreams: number;
  readonly maxStreamsPerTenant: number;
}): Seats {
  const ofTenants = new Map<BillingAccountId, number>();
  let taken = 0;
  return {
    take(billingAccountId) {
      const ofTenant = ofTenants.get(billingAccountId) ?? 0;
      if (taken >= limits.maxStreams || ofTenant >= limits.maxStreamsPerTenant) {
        throw new AppError("rate_limited", {
          detail: "Too many streams are open. The same address answers without a stream, too.",
          retryAfterS: FULL_RETRY_S,
        });
      }
      ofTenants.set(billingAccountId, ofTenant + 1);
      taken += 1;
    },
    giveBack(billingAccountId) {
      const left = (ofTenants.get(billingAccountId) ?? 0) - 1;
      if (left > 0) ofTenants.set(billingAccountId, left);
      else ofTenants.delete(billingAccountId);
      taken -= 1;
      return left;
    },
    taken: () => taken,
  };
}
