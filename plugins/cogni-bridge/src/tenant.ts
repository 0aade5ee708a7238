/**
 * Whose agent it is. The plugin must load where only its own folder is mounted, so it does not import `contract`, whose
 * `ids.ts` says the same; a test holds the two together.
 */
const AGENT_ID = /^tenant-([a-z0-9][a-z0-9_-]{0,55})$/;

/** The billing account of a tenant's agent, or null for an id that is missing or not a tenant's. */
export function tenantOfAgent(agentId: unknown): string | null {
  return typeof agentId === "string" ? (AGENT_ID.exec(agentId)?.[1] ?? null) : null;
}

/** The agent that a session key of the gateway belongs to (`agent:<agentId>:…`), or null for another form. */
export function agentOfSession(sessionKey: unknown): string | null {
  return typeof sessionKey === "string" ? (/^agent:([^:]+):/.exec(sessionKey)?.[1] ?? null) : null;
}
