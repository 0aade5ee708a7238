/**
 * What each tenant's agent is told to be, in a file of its own in the gateway's state: read for each turn, so that what is
 * written holds from the next message on, and outlives a restart. Not in the gateway's config, where `${…}` in a tenant's
 * text would be filled in, each change cost one of 30 writes a minute, and five backups keep what was replaced.
 */
import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tenantOfAgent } from "./tenant.ts";

export interface AgentBrief {
  readonly instructions: string;
  readonly greeting: string;
  /** As the model's provider names it; null: the one that the gateway's config gives the agent. */
  readonly model: string | null;
}

export interface AgentStore {
  /** Null for an agent that was told nothing. */
  read(agentId: string): Promise<AgentBrief | null>;
  /** Replaces what it was told. @throws TypeError for what is no tenant's agent */
  write(agentId: unknown, brief: AgentBrief): Promise<void>;
  /** Agent → digest of what it is told, as the control plane makes it (`server/src/gateway/agents.ts`). */
  digests(): Promise<Record<string, string>>;
  /** True the first time that it is asked for a conversation, also after a restart. */
  isFirst(agentId: string, conversation: string): Promise<boolean>;
  /** What it was told, and with whom it spoke. @throws TypeError for what is no tenant's agent */
  forget(agentId: unknown): Promise<void>;
}

const BRIEF = "brief.json";
const MET = "met";

/** @param folder is made when it is needed */
export function createAgentStore(folder: string): AgentStore {
  const of = (agentId: unknown): string => {
    if (typeof agentId !== "string" || tenantOfAgent(agentId) === null)
      throw new TypeError("agentId must be a tenant's agent");
    return join(folder, agentId);
  };

  async function read(agentId: string): Promise<AgentBrief | null> {
    return parse(await orNull(readFile(join(of(agentId), BRIEF), "utf8")));
  }

  return {
    read,
    async write(agentId, brief) {
      const own = of(agentId);
      await mkdir(own, { recursive: true, mode: 0o700 });
      const draft = join(own, `${BRIEF}.new`);
      await writeFile(draft, JSON.stringify(brief), { mode: 0o600 });
      await rename(draft, join(own, BRIEF));
    },
    async digests() {
      const digests: Record<string, string> = {};
      for (const agentId of (await orNull(readdir(folder))) ?? []) {
        const brief = tenantOfAgent(agentId) === null ? null : await read(agentId);
        if (brief) digests[agentId] = digest(brief);
      }
      return digests;
    },
    async isFirst(agentId, conversation) {
      const met = join(of(agentId), MET);
      await mkdir(met, { recursive: true, mode: 0o700 });
      try {
        // The name tells nobody who it was.
        const name = createHash("sha256").update(conversation).digest("hex");
        await (await open(join(met, name), "wx", 0o600)).close();
        return true;
      } catch (error) {
        if (codeOf(error) === "EEXIST") return false;
        throw error;
      }
    },
    forget: (agentId) => rm(of(agentId), { recursive: true, force: true }),
  };
}

/** Null for what was damaged or edited into another form: told anew, as the control plane sees no digest of it. */
function parse(text: string | null): AgentBrief | null {
  if (text === null) return null;
  try {
    return briefOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** @throws TypeError naming what is not as it must be */
export function briefOf(value: unknown): AgentBrief {
  const { instructions, greeting, model } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof instructions !== "string") throw new TypeError("instructions must be a text");
  if (typeof greeting !== "string") throw new TypeError("greeting must be a text");
  if (model !== null && typeof model !== "string") throw new TypeError("model must be a text or null");
  return { instructions, greeting, model };
}

function digest({ instructions, greeting, model }: AgentBrief): string {
  return createHash("sha256")
    .update(JSON.stringify([instructions, greeting, model]))
    .digest("hex");
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
