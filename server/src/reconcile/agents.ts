/**
 * Has the gateway tell each tenant's agent what the tenant wrote. Compares the whole of both sides each time, so that a
 * change, a gateway that lost its state and a hand that edited it are one case.
 */
import { type AgentBrief, accountIdOf, type BillingAccountId } from "@cogni/contract";
import type { Logger } from "pino";
import { type AgentTexts, agentsOnGateway, type PlacedAgent, recordApplied } from "../db/agents.ts";
import { append } from "../db/audit.ts";
import type { Db } from "../db/pool.ts";
import { withService } from "../db/tenant.ts";
import { briefDigest } from "../gateway/agents.ts";
import type { Gateway } from "../gateway/gateway.ts";

export interface AgentsDeps {
  readonly db: Db;
  readonly gateway: Gateway;
  /** What the operator offers, the default first. */
  readonly models: readonly string[];
  readonly log: Logger;
}

/** @throws AppError gateway_unreachable, gateway_timeout or database_unavailable: to be called again */
export async function briefAgents(deps: AgentsDeps): Promise<void> {
  const { db, gateway } = deps;
  if (!gateway.reachable()) return;
  const agents = await withService(db, (tx) => agentsOnGateway(tx, gateway.id));
  const told = await gateway.briefs();
  for (const agent of agents) {
    const brief = briefOf(deps, agent);
    const applied = told.get(agent.billingAccountId) === briefDigest(brief);
    if (!applied) await tell(deps, agent, brief);
    if (!applied || agent.appliedVersion !== agent.version) await recordBriefed(deps, agent);
  }
  const ours = new Set(agents.map(({ billingAccountId }) => billingAccountId));
  for (const billingAccountId of told.keys()) {
    if (!ours.has(billingAccountId)) await forget(deps, billingAccountId);
  }
}

/** The default is left to the gateway's own config; a model that is offered no more is the default. */
function briefOf({ models: [first, ...others] }: AgentsDeps, agent: AgentTexts): AgentBrief {
  const { instructions, greeting, model } = agent;
  const chosen = model !== null && model !== first && others.includes(model);
  return { instructions, greeting, model: chosen ? model : null };
}

async function tell({ db, gateway, log }: AgentsDeps, agent: PlacedAgent, brief: AgentBrief): Promise<void> {
  const { billingAccountId, version, appliedVersion } = agent;
  if (appliedVersion === version) {
    log.warn(
      { agent: accountIdOf(billingAccountId) },
      "an agent was told otherwise than its tenant wishes: mending it",
    );
    await withService(db, (tx) => recordApplied(tx, agent, false));
  }
  await gateway.brief(billingAccountId, brief);
}

async function recordBriefed({ db }: AgentsDeps, agent: PlacedAgent): Promise<void> {
  await withService(db, async (tx) => {
    if (!(await recordApplied(tx, agent, true)) || agent.appliedVersion === agent.version) return;
    await append(tx, {
      billingAccountId: agent.billingAccountId,
      actor: { kind: "system", id: "reconcile" },
      action: "agent.change",
      channel: null,
      accountId: accountIdOf(agent.billingAccountId),
      subject: `version ${agent.version}`,
      outcome: "applied",
      meta: null,
    });
  });
}

/** What nobody of ours wrote. */
async function forget({ gateway, log }: AgentsDeps, tenant: BillingAccountId): Promise<void> {
  log.warn({ agent: accountIdOf(tenant) }, "an agent was told what no tenant wrote: it is forgotten");
  await gateway.forgetBrief(tenant);
}
