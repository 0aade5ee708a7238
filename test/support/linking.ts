/** Tenants who connect by scanning a code, with our own messenger's phone in the test's hand. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ChannelLogin, type ConnectResponse, connectResponseSchema } from "@cogni/contract";
import { expect } from "vitest";
import type { Answer, Api, World } from "../../dev-env/src/world-client.ts";
import { PATIENCE_MS } from "./accounts.ts";
import { databaseOf } from "./database.ts";

/** The channel that is connected so. */
export const CHANNEL = "try-it-qr";

export interface Linker {
  /** `billingAccountId` and `accountId` of the tenant. */
  readonly id: string;
  readonly accountId: string;
  readonly api: Api;
  /** Of a request in the tenant's name, past `api`. */
  readonly headers: Record<string, string>;
  request(verb: "connect" | "disconnect", more?: object): Promise<Answer>;
  /** Throws for anything but 200. */
  connect(more?: object): Promise<ConnectResponse>;
  /** The code on offer, once there is one. */
  offered(): Promise<ChannelLogin>;
  /** Throws where no login is open. */
  scan(answer?: "accept" | "refuse"): Promise<void>;
  connected(): ReturnType<Api["reaches"]>;
  /** Whether the gateway's config has the account. */
  isConfigured(): boolean;
  /** The login as it is kept; `finished`: nothing of it is left at the gateway. */
  stored(): Promise<{ status: string; generation: number; finished: boolean } | undefined>;
}

export async function makeLinker(world: World): Promise<Linker> {
  const [tenant] = await world.tenants(1);
  if (!tenant) throw new Error("no tenant was made");
  const { billingAccountId: id } = tenant;
  const accountId = `tenant-${id}`;
  const api = world.api(tenant);
  const request: Linker["request"] = (verb, more = {}) =>
    api.request("POST", `/api/v1/channels/${verb}`, { channel: CHANNEL, ...more });
  return {
    id,
    accountId,
    api,
    headers: { authorization: `Bearer ${tenant.apiKey}`, "content-type": "application/json" },
    request,
    async connect(more) {
      const { status, body } = await request("connect", more);
      expect(status, JSON.stringify(body)).toBe(200);
      return connectResponseSchema.parse(body);
    },
    async offered() {
      const { login } = await api.reaches(CHANNEL, ["awaiting_scan"], PATIENCE_MS);
      if (!login) throw new Error("awaiting a scan without a code");
      return login;
    },
    scan: (answer = "accept") => world.tryIt.scan(accountId, answer),
    connected: () => api.reaches(CHANNEL, ["connected"], PATIENCE_MS),
    isConfigured() {
      const config = readFileSync(join(world.dataDir, "gateway", "state", "openclaw.json"), "utf8");
      return JSON.parse(config).channels[CHANNEL]?.accounts?.[accountId] !== undefined;
    },
    async stored() {
      const [row] = await databaseOf(world).query<{ status: string; generation: number; finished: boolean }>(
        `SELECT status, generation::integer, finished_at IS NOT NULL AS finished
         FROM channel_logins WHERE billing_account_id = $1`,
        [id],
      );
      return row;
    },
  };
}
