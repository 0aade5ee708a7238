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
