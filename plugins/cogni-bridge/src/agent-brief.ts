/**
 * Tells each tenant's agent what its tenant wrote, in the system prompt of every turn. This adds words and nothing else:
 * tools, policy and the gateway's own part of the prompt are not the tenant's.
 */
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { type AgentBrief, type AgentStore, briefOf } from "./agent-store.ts";
import { type ChosenModel, PROVIDER_ID } from "./attribution.ts";
import { tenantOfAgent } from "./tenant.ts";

export function registerAgentBrief(api: OpenClawPluginApi, store: AgentStore): void {
  api.on("before_prompt_build", async (_event, { agentId }) => {
    if (agentId === undefined || tenantOfAgent(agentId) === null) return undefined;
    const brief = await store.read(agentId);
    return brief ? { appendSystemContext: inPrompt(brief) } : undefined;
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

/** Of those alone that the gateway's policy allows: what is put on a call is held against it by nobody else. */
export function chosenModel(api: OpenClawPluginApi, store: AgentStore): ChosenModel {
  return async (agentId) => {
    const model = (await store.read(agentId))?.model ?? null;
    const allowed = api.runtime.config.current().agents?.defaults?.modelPolicy?.allow ?? [];
    return model !== null && allowed.includes(`${PROVIDER_ID}/${model}`) ? model : null;
  };
}
