/**
 * Who is asking: a person with a session, a program with an API key, or whoever opened a connect link; either way on behalf
 * of one tenant.
 */
import type { BillingAccountId, ChannelId, Role, Scope } from "@cogni/contract";

export interface Principal {
  /** The tenant. Everything the caller sees or changes is within it. */
  readonly billingAccountId: BillingAccountId;
  /** As the audit log names the caller. */
  readonly actor: { readonly kind: "person" | "key" | "link"; readonly id: string };
  /** The person's name, or the key's; of a link, the tenant's. */
  readonly name: string;
  /** Of a person; else null. */
  readonly email: string | null;
  /** Of a person; else null. */
  readonly role: Role | null;
  readonly scopes: readonly Scope[];
  /** To which channels the caller is kept; null: to none. */
  readonly channels: readonly ChannelId[] | null;
}
