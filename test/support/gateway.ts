/** The gateway itself, asked and read past the control plane: its RPCs and its log. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { WorldDescription } from "../../dev-env/src/world-client.ts";
import { connect } from "../../server/src/gateway/connection.ts";
import { GatewayRpcError } from "../../server/src/gateway/errors.ts";
import { configGetSchema } from "../../server/src/gateway/protocol.ts";
import { channelsStatusSchema } from "../../server/src/gateway/snapshot.ts";
import { Secret } from "../../server/src/secret.ts";

const rowSchema = z.looseObject({
  accountId: z.string(),
  running: z.boolean().nullish(),
  connected: z.boolean().nullish(),
  lastStartAt: z.number().nullish(),
});
export type AccountRow = z.infer<typeof rowSchema>;

/** One RPC on a connection of its own. */
export async function gatewayRpc(
  { gateway }: Pick<WorldDescription, "gateway">,
  method: string,
  params: object = {},
): Promise<unknown> {
  const connection = await connect({
    url: gateway.url,
    token: new Secret(gateway.token),
    device: null,
    clientVersion: "0.0.0",
    connectTimeoutMs: 20_000,
  });
  try {
    return await connection.request(method, params, 30_000);
  } finally {
    await connection.close();
  }
}

/** The gateway's own row of each account of the channel, by account id. */
export async function accountRows(
  world: Pick<WorldDescription, "gateway">,
  channel = "telegram",
): Promise<Map<string, AccountRow>> {
  const status = channelsStatusSchema.parse(
    await gatewayRpc(world, "channels.status", { timeoutMs: 20_000 }),
  );
  const rows = z.array(rowSchema).parse(status.channelAccounts[channel] ?? []);
  return new Map(rows.map((row) => [row.accountId, row]));
}

/** The config as it stands in the gateway's file, secrets and references redacted. */
export async function gatewayConfig(world: Pick<WorldDescription, "gateway">) {
  return configGetSchema.parse(await gatewayRpc(world, "config.get"));
}

/** Changes the gateway's config behind the control plane's back. */
export async function patchConfig(
  world: Pick<WorldDescription, "gateway">,
  patch: object,
  replacePaths: string[] = [],
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { hash } = await gatewayConfig(world);
    try {
      await gatewayRpc(world, "config.patch", { raw: JSON.stringify(patch), baseHash: hash, replacePaths });
      return;
    } catch (error) {
      // In a shared world others write, too.
      const overtaken =
        error instanceof GatewayRpcError &&
        (error.kind === "conflict" || /superseded/.test(String(error.cause)));
      if (!overtaken || attempt === 5) throw error;
    }
  }
}

export interface LogLine {
  readonly at: number;
  readonly message: string;
  /** The whole line, with what stands beside the message, such as an error. */
  readonly line: string;
}

const lineSchema = z.object({ time: z.string(), message: z.string().default("") });

/** What the gateway logged since a moment. */
export function gatewayLog({ dataDir }: Pick<WorldDescription, "dataDir">, since = 0): LogLine[] {
  return readFileSync(join(dataDir, "gateway", "gateway.log"), "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ ...lineSchema.parse(JSON.parse(line)), line }))
    .map(({ time, message, line }) => ({ at: Date.parse(time), message, line }))
    .filter(({ at }) => at >= since);
}

/** Its config writes since a moment, those of one account alone if one is named. */
export function configWrites(
  world: Pick<WorldDescription, "dataDir">,
  since: number,
  concerns: (message: string) => boolean = () => true,
): LogLine[] {
  return gatewayLog(world, since).filter(
    ({ message }) => message.startsWith("config.patch write") && concerns(message),
  );
}
