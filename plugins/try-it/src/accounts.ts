/** What the gateway's config says of an account. Who may write to it is the same for both channels. */
import type { OpenClawConfig } from "openclaw/plugin-sdk/channel-core";
import { z } from "zod";

const accountSchema = z.object({
  enabled: z.boolean().default(true),
  dmPolicy: z.enum(["open", "pairing"]).default("pairing"),
  allowFrom: z.array(z.string()).default([]),
  /** Resolved by the gateway; where it could not be, the reference itself stands here. */
  botToken: z
    .unknown()
    .optional()
    .transform((value) => (typeof value === "string" && value !== "" ? value : null)),
});
const sectionSchema = z.object({
  enabled: z.boolean().default(true),
  accounts: z.record(z.string(), accountSchema).default({}),
});

export interface Account {
  readonly accountId: string;
  readonly enabled: boolean;
  readonly dmPolicy: "open" | "pairing";
  readonly allowFrom: readonly string[];
  readonly botToken: string | null;
}

export function listAccountIds(config: OpenClawConfig, channel: string): string[] {
  return Object.keys(readSection(config, channel).accounts).sort();
}

/** An account that the config does not name reads as one that says nothing about itself. */
export function readAccount(config: OpenClawConfig, channel: string, accountId: string): Account {
  const section = readSection(config, channel);
  const account = section.accounts[accountId] ?? accountSchema.parse({});
  return { accountId, ...account, enabled: section.enabled && account.enabled };
}

function readSection(config: OpenClawConfig, channel: string): z.infer<typeof sectionSchema> {
  const channels: Readonly<Record<string, unknown>> = config.channels ?? {};
  return sectionSchema.parse(channels[channel] ?? {});
}
