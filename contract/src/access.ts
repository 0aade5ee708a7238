/** Who may do what within a tenant: scopes, the roles of people as sets of them, and how a request names its tenant. */
import { z } from "zod";

/** What a caller may do, the same words for a person's role and an API key. */
export const SCOPES = [
  "account:read",
  "agent:read",
  "agent:write",
  "audit:read",
  "channels:read",
  "channels:write",
  "keys:read",
  "keys:write",
  "limits:write",
  "links:read",
  "links:write",
  "members:read",
  "members:write",
  "tenant:write",
  "usage:read",
  "webhooks:read",
  "webhooks:write",
] as const;
export type Scope = (typeof SCOPES)[number];

/** What an API key may do: whoever finds one must not become an owner by it. */
export const KEY_SCOPES = [
  "account:read",
  "agent:read",
  "agent:write",
  "audit:read",
  "channels:read",
  "channels:write",
  "keys:read",
  "keys:write",
  // Whoever has it decides what the tenant's agent may spend.
  "limits:write",
  "links:read",
  // Whoever opens a link that was made with it connects channels: to be given out like channels:write.
  "links:write",
  "members:read",
  "usage:read",
  "webhooks:read",
  // Whoever has it is told what happens to the tenant, from then on.
  "webhooks:write",
] as const satisfies readonly Scope[];
export const keyScopeSchema = z.enum(KEY_SCOPES);
export type KeyScope = z.infer<typeof keyScopeSchema>;

/** From the one who may least to the one who may most. */
export const ROLES = ["viewer", "manager", "admin", "owner"] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

const VIEWER: readonly Scope[] = ["account:read", "agent:read", "channels:read", "members:read"];
const MANAGER: readonly Scope[] = [...VIEWER, "channels:write"];
/** What the agent says it says in the tenant's name: that is not for whoever connects channels. */
const ADMIN: readonly Scope[] = [
  ...MANAGER,
  "agent:write",
  "audit:read",
  "keys:read",
  "keys:write",
  "limits:write",
  "links:read",
  "links:write",
  "members:write",
  "tenant:write",
  "usage:read",
  "webhooks:read",
  "webhooks:write",
];

/** Whoever opened a connect link, on the channels of the link. */
export const LINK_SCOPES = ["channels:read", "channels:write"] as const satisfies readonly Scope[];

export const ROLE_SCOPES: Readonly<Record<Role, readonly Scope[]>> = {
  viewer: VIEWER,
  manager: MANAGER,
  admin: ADMIN,
  owner: ADMIN,
};

/**
 * The header by which a request with a session names the tenant it is meant for. Whoever has several tenants may have one
 * in each tab: a change that does not say for which is refused, and never guessed. An API key has one tenant, and needs none.
 */
export const TENANT_HEADER = "Billing-Account";

/** Which roles someone of that role gives and takes: an admin manages everyone below the owners, who alone make owners. */
export const ROLES_GIVEN: Readonly<Record<Role, readonly Role[]>> = {
  viewer: [],
  manager: [],
  admin: ["viewer", "manager", "admin"],
  owner: ROLES,
};
