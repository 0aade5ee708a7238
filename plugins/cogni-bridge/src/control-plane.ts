/**
 * Asks the control plane, by the way that the credential resolver was given: where it is, and the gateway's own token. Read anew each
 * time, for the token may be rotated.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";

const TIMEOUT_MS = 10_000;

export interface ControlPlane {
  /** @throws Error in our own words, which quote nothing of an answer: it may hold a key */
  post(path: string, body: object): Promise<unknown>;
}

/** The file that the resolver's launcher was written with. @throws Error where no resolver is configured */
export function resolverFile(api: OpenClawPluginApi): string {
  const provider = api.runtime.config.current().secrets?.providers?.cogni;
  if (provider?.source !== "exec" || !("command" in provider)) throw new Error("no resolver is configured");
  return join(dirname(String(provider.command)), "resolver.json");
}

export function createControlPlane(api: OpenClawPluginApi): ControlPlane {
  return {
    async post(path, body) {
      const { url, token } = JSON.parse(readFileSync(resolverFile(api), "utf8"));
      const response = await fetch(new URL(path, url), {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`the control plane answered ${response.status}`);
      return JSON.parse(text);
    },
  };
}
