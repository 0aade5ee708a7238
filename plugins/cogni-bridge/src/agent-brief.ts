/**
 * Tells each tenant's agent what its tenant wrote, in the system prompt of every turn, and has it answer by the model that
 * was chosen. This adds words and nothing else: tools, policy and the gateway's own part of the prompt are not the tenant's.
 */
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { type AgentBrief, type AgentStore, briefOf } from "./agent-store.ts";
import { PROVIDER_ID } from "./attribution.ts";
import { tenantOfAgent } from "./tenant.ts";

export function registerAgentBrief(api: OpenClawPluginApi, store: AgentStore): void {
  const briefFor = async (agentId: string | undefined): Promise<AgentBrief | null> =>
    agentId === undefined || tenantOfAgent(agentId) === null ? null : store.read(agentId);

  api.on("before_prompt_build", async (_event, { agentId }) => {
    const brief = await briefFor(agentId);
    return brief ? { appendSystemContext: inPrompt(brief) } : undefined;
  });
  api.on("before_model_resolve", async (_event, { agentId }) => {
    const model = (await briefFor(agentId))?.model;
    // The gateway holds what a hook chooses against no policy of its own (measured, OpenClaw 2026.9.6).
    if (!model || !allowedModels(api).includes(`${PROVIDER_ID}/${model}`)) return undefined;
    return { providerOverride: PROVIDER_ID, modelOverride: model };
  });

  const answer = (method: string, run: (params: Readonly<Record<string, unknown>>) => Promise<unknown>) =>
    api.registerGatewayMethod(
      method,
      async ({ params, respond }) => {
        try {
          respond(true, await run(params));
        } catch (error) {
          respond(false, undefined, {
            code: error instanceof TypeError ? "INVALID_REQUEST" : "UNAVAILABLE",
            message: String(error),
          });
        }
      },
      { scope: "operator.admin" },
    );
  answer("cogni.agents", async () => ({ agents: await store.digests() }));
  answer("cogni.agents.brief", async ({ agentId, brief }) => {
    await store.write(agentId, briefOf(brief));
    return {};
  });
  answer("cogni.agents.forget", async ({ agentId }) => {
    await store.forget(agentId);
    return {};
  });
}

/** Without the greeting it would greet once more: what a plugin sends stands in no conversation. */
function inPrompt({ instructions, greeting }: AgentBrief): string {
  const said = `# Greeting\n\nWhoever wrote to you for the first time was sent this before your first answer. Do not greet them again.\n\n${greeting}`;
  return [instructions && `# What you are\n\n${instructions}`, greeting && said].filter(Boolean).join("\n\n");
}

function allowedModels(api: OpenClawPluginApi): readonly string[] {
  return api.runtime.config.current().agents?.defaults?.modelPolicy?.allow ?? [];
}
