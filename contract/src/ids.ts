/**
 * The identifiers that cross boundaries. `accountId` is derived, never accepted: whoever could choose it could
 * address another tenant's messenger account.
 */
import { z } from "zod";

/**
 * A tenant's id. At most 56 characters, so that `tenant-{id}` fits the 64 of an OpenClaw account id, and only
 * characters that the gateway keeps unchanged (anything else it rewrites into a second, ghostly account).
 */
export const billingAccountIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,55}$/, "1 to 56 of a-z, 0-9, _ and -, beginning with a letter or digit")
  .brand<"BillingAccountId">();
export type BillingAccountId = z.infer<typeof billingAccountIdSchema>;

/** A messenger as the gateway calls it. Which ones exist is the gateway's to say, so this checks only the form. */
export const channelIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit")
  .brand<"ChannelId">();
export type ChannelId = z.infer<typeof channelIdSchema>;

const ACCOUNT_PREFIX = "tenant-";

/** The tenant's account on every channel, and the id of its agent: `tenant-{billingAccountId}`. */
export function accountIdOf(billingAccountId: BillingAccountId): string {
  return ACCOUNT_PREFIX + billingAccountId;
}

/** The tenant that an account or agent id belongs to, or null for one that is not ours. */
export function tenantOfAccountId(accountId: string): BillingAccountId | null {
  if (!accountId.startsWith(ACCOUNT_PREFIX)) return null;
  const parsed = billingAccountIdSchema.safeParse(accountId.slice(ACCOUNT_PREFIX.length));
  return parsed.success ? parsed.data : null;
}
