/** The gateway's RPCs by name: what each is asked, how its answer is read, how long it may take. */
import { BRIDGE_METHODS, bridgeStartSchema } from "@cogni/contract";
import type { z } from "zod";
import type { MergePatch } from "./json.ts";
import * as protocol from "./protocol.ts";
import { channelsStatusSchema } from "./snapshot.ts";

/** One call, its answer parsed. @throws AppError */
export type Call = <T>(
  method: string,
  params: object,
  schema: z.ZodType<T>,
  timeoutMs?: number,
) => Promise<T>;

export interface ConfigPatchRequest {
  readonly patch: MergePatch;
  readonly baseHash: string;
  /** Paths of arrays that the patch may shorten or delete. */
  readonly replacePaths?: readonly string[];
  readonly timeoutMs?: number;
}

interface Account {
  readonly channel: string;
  readonly accountId: string;
}

/** npm may have to ask a slow registry several times. */
const INSTALL_MS = 300_000;

/** The gateway probes an account, audits it and describes it, and gives each of these the time it is told. */
const PROBE_STEPS = 3;

/** @param timeouts of a call, and of one that writes config, in milliseconds */
export function rpcMethods(call: Call, timeouts: { readonly callMs: number; readonly writeMs: number }) {
  return {
    /** With `probe`, the messengers are asked too: as slow as the slowest account, so never in the regular poll. */
    channelsStatus: (query: { channel?: string; probe?: boolean } = {}, timeoutMs = timeouts.callMs) =>
      call(
        "channels.status",
        // With as much time for one account as for the whole, one that is silent would leave the others without an answer.
        { ...query, timeoutMs: query.probe ? Math.floor(timeoutMs / PROBE_STEPS) : timeoutMs },
        channelsStatusSchema,
        timeoutMs,
      ),
    /** Not by `channels.start`: that would tie the account to this connection (plugins/cogni-bridge/src/start.ts). */
    channelsStart: (account: Account) => call(BRIDGE_METHODS.start, account, bridgeStartSchema),
    channelsStop: (account: Account) => call("channels.stop", account, protocol.stopSchema),
    /** Writes config: only inside of the writer's `exclusive`. */
    channelsLogout: (account: Account) =>
      call("channels.logout", account, protocol.logoutSchema, timeouts.writeMs),
    webLoginStart: (login: Account & { force?: boolean }) =>
      call("web.login.start", login, protocol.webLoginSchema, timeouts.writeMs),
    /** Writes config: only inside of the writer's `exclusive`. Its files stay, for the gateway would move them to a trash. */
    agentsDelete: (agentId: string) =>
      call("agents.delete", { agentId, deleteFiles: false }, protocol.anySchema, timeouts.writeMs),
    /** Long-polls for `waitMs`; answers early with a rotated code only when told the current one. */
    webLoginWait: (login: Account & { sessionKey?: string; currentQrDataUrl?: string }, waitMs: number) =>
      call(
        "web.login.wait",
        { ...login, timeoutMs: waitMs },
        protocol.webLoginSchema,
        waitMs + timeouts.callMs,
      ),
    /** Without an account, of all. */
    pairingList: (of: Partial<Account>) => call("channels.pairing.list", of, protocol.pairingListSchema),
    /** `notify` tells the person, where the channel can. */
    pairingApprove: (request: Account & { requestId: string; notify: boolean }) =>
      call("channels.pairing.approve", request, protocol.anySchema),
    pairingDismiss: (request: Account & { requestId: string }) =>
      call("channels.pairing.dismiss", request, protocol.anySchema),
    configGet: () => call("config.get", {}, protocol.configGetSchema),
    /** Only by the writer. */
    configPatch: ({ patch, timeoutMs, ...rest }: ConfigPatchRequest) =>
      call(
        "config.patch",
        { raw: JSON.stringify(patch), ...rest },
        protocol.configPatchSchema,
        timeoutMs ?? timeouts.writeMs,
      ),
    schemaLookup: (path: string) => call("config.schema.lookup", { path }, protocol.schemaNodeSchema),
    pluginsList: () => call("plugins.list", {}, protocol.pluginsListSchema),
    /** From npm, into the gateway's state; loaded at once. Writes config: another write at the same time makes it fail. */
    pluginsInstall: (plugin: { spec: string; mode: "install" | "update"; expectedPluginId: string }) =>
      call("plugins.install", { source: "npm", ...plugin }, protocol.anySchema, INSTALL_MS),
    secretsReload: () => call("secrets.reload", {}, protocol.anySchema, timeouts.writeMs),
    /** A method that our plugin adds to the gateway. */
    bridge: <T>(method: string, params: object, schema: z.ZodType<T>, timeoutMs?: number): Promise<T> =>
      call(method, params, schema, timeoutMs),
  };
}
