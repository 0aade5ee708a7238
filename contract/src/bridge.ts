/**
 * What the control plane, the gateway's credential resolver and the `cogni-bridge` plugin say to each other.
 */
import { z } from "zod";

/** Name of the secret provider in the gateway's config whose references our resolver answers. */
export const SECRET_PROVIDER = "cogni";

/** The plugin's id in the gateway. */
export const BRIDGE_PLUGIN_ID = "cogni-bridge";

/** The one model provider that every tenant's agent uses; the plugin attributes its calls. */
export const LLM_PROVIDER = "cogni";

/**
 * What the gateway's exec secret provider writes to the resolver's standard input, forwarded as it is to
 * `POST /internal/v1/secrets` (OpenClaw docs, gateway/secrets: exec provider protocol, version 1).
 */
export const resolveRequestSchema = z.object({
  protocolVersion: z.literal(1),
  provider: z.string(),
  ids: z.array(z.string().max(512)).max(5000),
});
export type ResolveRequest = z.infer<typeof resolveRequestSchema>;

export const resolveResponseSchema = z.object({
  protocolVersion: z.literal(1),
  values: z.record(z.string(), z.string()),
  errors: z.record(z.string(), z.object({ code: z.string() })),
});
export type ResolveResponse = z.infer<typeof resolveResponseSchema>;

/**
 * Gateway RPC methods that the plugin adds, all of scope `operator.admin`. `info`, `accounts` and `replies` take no
 * parameters, those of agents what stands beside them, the others an account as `{channel, accountId}`.
 */
export const BRIDGE_METHODS = {
  info: "cogni.info",
  accounts: "cogni.accounts",
  replies: "cogni.replies",
  start: "cogni.start",
  senders: "cogni.senders",
  askForSender: "cogni.senders.ask",
  forgetSenders: "cogni.senders.forget",
  agents: "cogni.agents",
  briefAgent: "cogni.agents.brief",
  forgetAgent: "cogni.agents.forget",
  suspend: "cogni.suspend",
  erase: "cogni.erase",
  token: "cogni.token",
} as const;

/** `cogni.info`: which plugin, whose gateway, and whether it can ask its model. */
export const bridgeInfoSchema = z.object({
  version: z.string(),
  /** Null for a gateway that no control plane has claimed yet. */
  installationId: z.string().nullable(),
  /** False where it booted while nobody gave it the key; an earlier plugin does not tell. */
  hasModelKey: z.boolean().default(false),
});
export type BridgeInfo = z.infer<typeof bridgeInfoSchema>;

/**
 * `cogni.accounts`: which credential each account in the gateway's config refers to, which `config.get` redacts.
 * `refs` has one entry per secret field that is set: the reference's id, or null for anything that is not a reference to
 * our provider (its value is never told).
 */
export const bridgeAccountsSchema = z.object({
  accounts: z.array(
    z.object({
      channel: z.string(),
      accountId: z.string(),
      enabled: z.boolean(),
      /** As written, of an account that says who may write to it. */
      dmPolicy: z.string().nullable(),
      refs: z.record(z.string(), z.string().nullable()),
    }),
  ),
});
export type BridgeAccounts = z.infer<typeof bridgeAccountsSchema>;

/** What became of an agent's inbound messages since the plugin started. */
export const replyCountsSchema = z.object({
  received: z.number().int(),
  /** A reply reached the messenger. */
  replied: z.number().int(),
  /** The gateway ended the turn on purpose without a reply, as for “stop”. */
  silent: z.number().int(),
  /** The turn or the delivery failed; the person saw an apology at most. */
  failed: z.number().int(),
  /** Nothing was heard of the message within the set time. */
  dropped: z.number().int(),
});
export type ReplyCounts = z.infer<typeof replyCountsSchema>;

/** `cogni.replies`: messages received and not yet counted otherwise are still waiting. */
export const bridgeRepliesSchema = z.object({
  since: z.iso.datetime(),
  agents: z.record(z.string(), replyCountsSchema),
});
export type BridgeReplies = z.infer<typeof bridgeRepliesSchema>;

/** `cogni.start` takes what `channels.start` takes, `{channel, accountId}`, and ties the account to no client. */
export const bridgeStartSchema = z.object({
  channel: z.string(),
  accountId: z.string(),
  outcome: z.looseObject({ status: z.string(), reason: z.string().optional() }),
});
export type BridgeStart = z.infer<typeof bridgeStartSchema>;

/** `cogni.senders`, and what `cogni.senders.forget` leaves: who may write to the account, by config or by approval. */
export const bridgeSendersSchema = z.object({ admitted: z.array(z.string()) });
export type BridgeSenders = z.infer<typeof bridgeSendersSchema>;

/**
 * `cogni.senders.ask` takes `sender` beside the account, and asks for access in their name, as if they had written:
 * the gateway lets nobody in who does not wait. `asked` is false where it has no room for one more.
 */
export const bridgeAskedSchema = z.object({ asked: z.boolean() });
export type BridgeAsked = z.infer<typeof bridgeAskedSchema>;

/** What `cogni.agents.brief` takes beside `agentId`, and the gateway's agent is then told in each turn. */
export interface AgentBrief {
  readonly instructions: string;
  /** Sent in front of the first answer of a conversation; none where it is empty. */
  readonly greeting: string;
  /** Null: the one that the gateway's config gives the agent. */
  readonly model: string | null;
}

/** `cogni.agents`, without parameters: agent → SHA-256 of what it is told, in hex (`server/src/gateway/agents.ts`). */
export const bridgeAgentsSchema = z.object({ agents: z.record(z.string(), z.string()) });
export type BridgeAgents = z.infer<typeof bridgeAgentsSchema>;
/** `cogni.suspend` takes `{agentIds}`, all agents that may not call the LLM: how many. */
export const bridgeSuspendedSchema = z.object({ suspended: z.number().int() });
export type BridgeSuspended = z.infer<typeof bridgeSuspendedSchema>;

/** `cogni.erase` takes `{agentId}`, of an agent that the config has no more: how much of it was erased just now. */
export const bridgeErasedSchema = z.object({
  files: z.number().int(),
  rows: z.number().int(),
  /** Copies of earlier configs that named it. */
  backups: z.number().int(),
});
export type BridgeErased = z.infer<typeof bridgeErasedSchema>;

/** `cogni.token` takes `{token}`, by which the gateway lets clients in and proves itself to us from the next `secrets.reload` on. */
export const bridgeTokenSchema = z.object({ taken: z.literal(true) });
export type BridgeToken = z.infer<typeof bridgeTokenSchema>;

/** What the plugin says of each LLM call beside its key, in headers (lower case, as Node has them). */
export const LLM_HEADERS = {
  /** The same for all attempts of one call. */
  logicalId: "x-cogni-request-id",
  /** The message that it is made for. */
  turn: "x-cogni-turn",
  channel: "x-cogni-channel",
  /** Keyed hashes (`llmSaltReference`). */
  conversation: "x-cogni-conversation",
  endUser: "x-cogni-end-user",
  /** Ours to the upstream, and in each answer: this attempt. */
  callId: "x-cogni-call-id",
  /** In an answer: which limit it was that answered. */
  limit: "x-cogni-limit",
} as const;

/** What a gateway's plugin asks the resolver for, for each tenant placed there: the key, and the salt of its hashes. */
export const llmKeyReference = (billingAccountId: string): string => `llm/key/${billingAccountId}`;
export const llmSaltReference = (billingAccountId: string): string => `llm/salt/${billingAccountId}`;
