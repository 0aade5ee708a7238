/**
 * Takes a new token of the gateway's while its accounts run: the gateway's own, by which clients log in to it, and the copy
 * with which the credential resolver proves itself to the control plane. The gateway reads its own from its environment, anew
 * at each `secrets.reload`, so that changing it there restarts nothing and writes it into no config and no backup of one
 * (measured, OpenClaw 2026.9.6). The next start takes it from where whoever starts it keeps it.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { BridgeToken } from "@cogni/contract";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { resolverFile } from "./control-plane.ts";

const VARIABLE = "OPENCLAW_GATEWAY_TOKEN";
/** As the gateway's start demands it, too. */
const SHORTEST = 16;

export function registerToken(api: OpenClawPluginApi): void {
  api.registerGatewayMethod(
    "cogni.token",
    ({ params, respond }) => {
      const { token } = params;
      const refuse = (message: string) => respond(false, undefined, { code: "INVALID_REQUEST", message });
      if (typeof token !== "string" || token.length < SHORTEST) return refuse("a token is needed");
      const { gateway } = api.runtime.config.current();
      // There it would win over the environment.
      if (gateway?.auth?.token !== undefined)
        return refuse("the token stands in the config: gateway.auth.token");
      try {
        replaceToken(resolverFile(api), token);
      } catch (error) {
        return refuse(error instanceof Error ? error.message : String(error));
      }
      process.env[VARIABLE] = token;
      respond(true, { taken: true } satisfies BridgeToken);
    },
    { scope: "operator.admin" },
  );
}

/** In the file that the resolver's launcher was written with; by rename, as the resolver may read it at any moment. */
function replaceToken(file: string, token: string): void {
  const settings = JSON.parse(readFileSync(file, "utf8"));
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, JSON.stringify({ ...settings, token }), { mode: 0o600 });
  renameSync(fresh, file);
}
