/** The plugin that makes one gateway fit for many tenants. Each concern has a file of its own in `src/`. */

import { join } from "node:path";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { chosenModel, registerAgentBrief } from "./src/agent-brief.ts";
import { createAgentStore } from "./src/agent-store.ts";
import { registerAttribution } from "./src/attribution.ts";
import { createControlPlane } from "./src/control-plane.ts";
import { registerErase } from "./src/erase.ts";
import { registerGreeting } from "./src/greeting.ts";
import { processWide } from "./src/process-wide.ts";
import { registerQuietWrites } from "./src/reload.ts";
import { registerReplyReport } from "./src/reply-report.ts";
import { registerReplyWatch } from "./src/reply-watch.ts";
import { registerRpc } from "./src/rpc.ts";
import { registerRuns } from "./src/runs.ts";
import { registerSenders } from "./src/senders.ts";
import { PLUGIN_ID } from "./src/settings.ts";
import { registerStart } from "./src/start.ts";
import { registerSuspended } from "./src/suspended.ts";
import { createTenantKeys, type KeptKeys } from "./src/tenant-keys.ts";
import { registerToken } from "./src/token.ts";
import { registerToolGuard } from "./src/tool-guard.ts";

export default {
  id: PLUGIN_ID,
  name: "Cogni Bridge",
  description:
    "Keeps the tenants of one gateway apart, and tells the control plane what the gateway does not.",
  register(api: OpenClawPluginApi): void {
    registerQuietWrites(api);
    const agents = createAgentStore(join(api.runtime.state.resolveStateDir(), PLUGIN_ID, "agents"));
    const controlPlane = createControlPlane(api);
    const report = registerReplyReport(api, controlPlane);
    registerAttribution(api, {
      chosenModel: chosenModel(api, agents),
      keys: createTenantKeys(
        controlPlane,
        processWide("keys", (): KeptKeys => new Map()),
      ),
      runs: registerRuns(api),
      onCall: report.called,
    });
    registerToolGuard(api);
    registerStart(api);
    registerSenders(api);
    registerAgentBrief(api, agents);
    registerGreeting(api, agents);
    const replies = registerReplyWatch(api, report);
    registerRpc(api, replies);
    registerSuspended(api);
    registerToken(api);
    registerErase(api, replies.forget);
  },
};
