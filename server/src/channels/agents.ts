/** What a tenant's agent is told to be: read, and changed as a wish that the worker carries out. */
import { createHash } from "node:crypto";
import { type AgentSettings, accountIdOf, type ChangeAgentRequest, utf8Bytes } from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import { type AgentRow, changeAgent, offeredModels, ownAgent } from "../db/agents.ts";
import { append, type RequestMeta } from "../db/audit.ts";
import { notifyAgent } from "../db/notify.ts";
import type { Db } from "../db/pool.ts";
import { withTenant } from "../db/tenant.ts";
import { AppError } from "../errors.ts";

export interface Agents {
  /** @throws AppError database_unavailable */
  read(principal: Principal): Promise<AgentSettings>;
  /**
   * What stands already is done already.
   * @throws AppError invalid_request (a model that is not offered), agent_changed (`version` is not the one that stands)
   */
  change(principal: Principal, request: ChangeAgentRequest, meta: RequestMeta): Promise<AgentSettings>;
}

export function createAgents(db: Db): Agents {
  return {
    read: ({ billingAccountId }) =>
      withTenant(db, billingAccountId, async (tx) => settings(await ownAgent(tx), await offeredModels(tx))),

    change: ({ billingAccountId, actor }, { version, ...wished }, meta) =>
      withTenant(db, billingAccountId, async (tx) => {
        const models = await offeredModels(tx);
        const before = settings(await ownAgent(tx), models);
        if (wished.model !== null && !models.includes(wished.model)) {
          throw new AppError("invalid_request", { errors: [{ path: "model", message: "is not offered" }] });
        }
        if (isSame(before, wished)) return before;
        const changed = await changeAgent(tx, wished, version);
        if (!changed) throw new AppError("agent_changed");
        await append(tx, {
          billingAccountId,
          actor,
          action: "agent.change",
          channel: null,
          accountId: accountIdOf(billingAccountId),
          subject: inAudit(changed),
          outcome: "requested",
          meta,
        });
        await notifyAgent(tx, billingAccountId);
        return settings(changed, models);
      }),
  };
}

function settings(row: AgentRow | null, models: readonly string[]): AgentSettings {
  const { instructions, greeting, model, version } = row ?? {
    instructions: "",
    greeting: "",
    model: null,
    version: 0,
  };
  return {
    instructions,
    greeting,
    // One that the operator took back is the default from then on.
    model: model !== null && models.includes(model) ? model : null,
    models: [...models],
    version,
    changedAt: row?.changedAt.toISOString() ?? null,
    applied: row === null || row.appliedVersion === row.version,
  };
}

type Texts = Pick<AgentSettings, "instructions" | "greeting" | "model">;

function isSame(one: Texts, other: Texts): boolean {
  return (
    one.instructions === other.instructions && one.greeting === other.greeting && one.model === other.model
  );
}

/** Enough to tell which text it was to whoever has it, and nothing to whoever has not. */
function inAudit({ version, instructions, greeting, model }: AgentRow): string {
  const facts = (text: string) =>
    `${utf8Bytes(text)} bytes (${createHash("sha256").update(text).digest("hex").slice(0, 16)})`;
  return `version ${version}: instructions ${facts(instructions)}, greeting ${facts(greeting)}, model ${model ?? "default"}`;
}
