/** Who is asking: a person with a session, or a program with an API key; either way on behalf of one tenant. */
import type { BillingAccountId, Role, Scope } from "@cogni/contract";

export interface Principal {
  /** The tenant. Everything the caller sees or changes is within it. */
  readonly billingAccountId: BillingAccountId;
  /** As the audit log names the caller. */
  readonly actor: { readonly kind: "person" | "key"; readonly id: string };
  /** The person's name, or the key's. */
  readonly name: string;
  /** Null for a key. */
  readonly email: string | null;
  /** Null for a key. */
  readonly role: Role | null;
  readonly scopes: readonly Scope[];
}
