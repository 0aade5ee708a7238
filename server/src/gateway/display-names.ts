/**
 * What a messenger calls an account, such as a bot's user name. Only a probe tells it, and a probe asks the messenger
 * for every account of a channel, waiting for the slowest: so it has a path of its own, beside the regular poll, at
 * most once in ten seconds per channel, shared by all who ask meanwhile.
 */
import { at, isObject, type Json } from "./json.ts";
import { type AccountKey, type AccountKeyString, accountKeyString, type ChannelsStatus } from "./snapshot.ts";

export interface DisplayNamesOptions {
  readonly probe: (channel: string) => Promise<ChannelsStatus>;
  /** In the order of preference, such as `@{probe.bot.username}`: the first whose every path is in the row. */
  readonly templates: (channel: string) => readonly string[];
  readonly minIntervalMs: number;
}

export type DisplayNames = ReturnType<typeof createDisplayNames>;

export function createDisplayNames({ probe, templates, minIntervalMs }: DisplayNamesOptions) {
  const names = new Map<AccountKeyString, string>();
  const probes = new Map<string, Promise<void>>();
  const lastProbes = new Map<string, number>();

  /** The probe that is waiting or under way for the channel, or a new one. */
  function shared(channel: string): Promise<void> {
    const present = probes.get(channel);
    if (present) return present;
    const started = run(channel).finally(() => probes.delete(channel));
    probes.set(channel, started);
    return started;
  }

  async function run(channel: string): Promise<void> {
    const wait = (lastProbes.get(channel) ?? 0) + minIntervalMs - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait).unref());
    lastProbes.set(channel, Date.now());
    const status = await probe(channel);
    for (const row of status.channelAccounts[channel] ?? []) {
      const name = nameOf(row as Json, templates(channel));
      if (name !== null) names.set(accountKeyString({ channel, accountId: row.accountId }), name);
    }
  }

  return {
    /**
     * The account's name, asked for where it is not known yet; null when the messenger does not tell.
     * @throws AppError when the gateway does not answer
     */
    async get(key: AccountKey): Promise<string | null> {
      const id = accountKeyString(key);
      // A probe that was under way before the account started may have missed it: one more is worth it.
      for (let attempt = 0; attempt < 2 && !names.has(id); attempt += 1) await shared(key.channel);
      return names.get(id) ?? null;
    },

    /** The account may be another one at the messenger from now on. */
    forget: (key: AccountKey): void => void names.delete(accountKeyString(key)),
  };
}

/** The first template that the row can fill, or null. */
export function nameOf(row: Json, templates: readonly string[]): string | null {
  if (!isObject(row)) return null;
  for (const template of templates) {
    let complete = true;
    const name = template.replace(/\{([^}]+)\}/g, (_, path: string) => {
      const value = at(row, ...path.split("."));
      if (typeof value === "string" && value !== "") return value;
      complete = false;
      return "";
    });
    if (complete) return name;
  }
  return null;
}
