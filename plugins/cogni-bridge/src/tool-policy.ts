/**
 * Which tool calls an agent may make: those that name no account, session or agent but its own. The gateway's config
 * already forbids the rest (`tools.*` in `config/openclaw-gateway.json`); this holds when a setting is changed, a default
 * flips or a new parameter appears. What is not understood is refused.
 */
import { agentOfSession, tenantOfAgent } from "./tenant.ts";

/** The parts of the gateway's tool context that say who calls. */
export interface Caller {
  readonly agentId?: string | undefined;
  readonly sessionKey?: string | undefined;
  readonly sessionId?: string | undefined;
}

interface Own {
  /** Also the id of its account on every channel. */
  readonly agentId: string;
  readonly sessionId: string | undefined;
}

/** Why the call is refused, in words for the model, or null for a call that may be made. */
export function refusal(params: unknown, caller: Caller): string | null {
  const { agentId, sessionKey, sessionId } = caller;
  if (agentId === undefined || tenantOfAgent(agentId) === null)
    return "Only a tenant's agent may call tools.";
  if (sessionKey !== undefined && agentOfSession(sessionKey) !== agentId) {
    return "The session does not belong to the calling agent.";
  }
  return findForeign(params, "", { agentId, sessionId });
}

type Rule = (value: string, own: Own) => boolean;

const isOwnAgent: Rule = (value, own) => value === own.agentId;
const isOwnSession: Rule = (value, own) =>
  value === "current" || value === own.sessionId || agentOfSession(value) === own.agentId;
const isRemoteOrInline: Rule = (value) => /^(https?:\/\/|data:)/i.test(value);
const never: Rule = () => false;

/** The first that fits a parameter's name, without case, `_` and `-`, decides which values it may have. */
const RULES: readonly (readonly [name: RegExp, allowed: Rule, refusal: string])[] = [
  [/account(id|key|name)?s?$/, isOwnAgent, "Only your own account may be named."],
  [/agent(id|key|name)?s?$/, isOwnAgent, "Only your own agent may be named."],
  [/(session(id|key|file)?s?|spawnedby)$/, isOwnSession, "Only your own session may be named."],
  // A label can be any session's.
  [/^label$/, never, "Sessions cannot be addressed by label."],
  [/^gateway(url|token)$/, never, "No other gateway may be called."],
  // One gateway's files are all tenants' files.
  [
    /(media|path|file|image|audio|video|attachment)(url|uri|path)?s?$/,
    isRemoteOrInline,
    "Local files may not be used.",
  ],
];

/** Words meant for people, which may mention whatever they like. */
const PROSE =
  /^(message|text|content|body|caption|voicetext|quotetext|title|description|reason|placeholder|name|filename|pollquestion|polloptions?)$/;

/** Goes through everything; `name` is that of the nearest parameter around `value`. */
function findForeign(value: unknown, name: string, own: Own): string | null {
  if (Array.isArray(value)) return first(value, (item) => findForeign(item, name, own));
  if (typeof value === "object" && value !== null) {
    return first(Object.entries(value), ([key, child]) => findForeign(child, plain(key), own));
  }
  const rule = RULES.find(([pattern]) => pattern.test(name));
  if (typeof value === "string") {
    if (rule) return rule[1](value, own) ? null : rule[2];
    return !PROSE.test(name) && mentionsForeign(value, own)
      ? "Another tenant's agent or account is named."
      : null;
  }
  return rule && typeof value === "number" ? rule[2] : null;
}

/** An address may hold an id as one of its parts, as in `pigeon:tenant-acme:555`. */
function mentionsForeign(text: string, own: Own): boolean {
  const ids = text.toLowerCase().match(/(?<![a-z0-9_-])tenant-[a-z0-9][a-z0-9_-]*/g) ?? [];
  const sessions = text.match(/\bagent:[^:\s]+:/g) ?? [];
  return ids.some((id) => id !== own.agentId) || sessions.some((key) => agentOfSession(key) !== own.agentId);
}

const plain = (key: string) => key.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

function first<T>(items: Iterable<T>, find: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}
