/** The real gateway with the plugin and its messenger, and what the tests do with the two. */
import { BRIDGE_METHODS } from "@cogni/contract";
import { expect, vi } from "vitest";
import { z } from "zod";
import { startTryIt } from "../../../../dev-env/src/stand-ins/try-it/server.ts";
import { tryItOverlay } from "../../../../dev-env/src/try-it.ts";
import { MODEL, startLoneGateway } from "../../../cogni-bridge/test/support/lone-gateway.ts";

/** Long enough for a machine that is busy with other tests. */
export const PATIENCE = { timeout: 60_000, interval: 100 };

const rowSchema = z.looseObject({
  accountId: z.string(),
  connected: z.boolean().nullish(),
  running: z.boolean().nullish(),
  linked: z.boolean().nullish(),
  terminalDisconnect: z.boolean().nullish(),
  lifecycle: z.string().nullish(),
  lastError: z.string().nullish(),
  lastTransportActivityAt: z.number().nullish(),
  reconnectAttempts: z.number().nullish(),
  probe: z.unknown().optional(),
});
const statusSchema = z.object({ channelAccounts: z.record(z.string(), z.array(rowSchema)) });
const startSchema = z.strictObject({ message: z.string(), qrDataUrl: z.string().optional() });
const waitSchema = z.strictObject({
  connected: z.boolean(),
  message: z.string(),
  qrDataUrl: z.string().optional(),
});

export type TryItGateway = Awaited<ReturnType<typeof startTryItGateway>>;

export async function startTryItGateway() {
  const messenger = await startTryIt();
  const gateway = await startLoneGateway(tryItOverlay(messenger.url));
  const bindings: object[] = [];

  const row = async (channel: string, accountId: string, probe = false) => {
    const status = statusSchema.parse(await gateway.rpc("channels.status", { channel, probe }));
    return status.channelAccounts[channel]?.find((one) => one.accountId === accountId);
  };
  /** Agent, binding and account in one write, as the control plane does. */
  const addAccount = async (channel: string, accountId: string, account: object): Promise<void> => {
    bindings.push({ agentId: accountId, match: { channel, accountId } });
    const lists = "allowFrom" in account ? [`channels.${channel}.accounts.${accountId}.allowFrom`] : [];
    await gateway.patch(
      {
        agents: { entries: { [accountId]: { model: { primary: MODEL } } } },
        bindings,
        channels: { [channel]: { accounts: { [accountId]: account } } },
      },
      ["bindings", ...lists],
    );
  };
  const start = (channel: string, accountId: string) =>
    gateway.rpc(BRIDGE_METHODS.start, { channel, accountId });
  const reaches = (channel: string, accountId: string, wanted: object) =>
    vi.waitFor(async () => expect(await row(channel, accountId)).toMatchObject(wanted), PATIENCE);

  return {
    ...gateway,
    messenger,
    row,
    addAccount,
    start,
    reaches,
    /** A bot whose token the gateway is told by reference; resolves once it is connected. */
    async connectBot(id: string, access: "open" | "pairing" = "open"): Promise<string> {
      const token = `bot-${id}-${gateway.vault.values.size}`;
      const ref = `tenant/${id}/try-it/v1/botToken`;
      gateway.vault.values.set(ref, token);
      messenger.addBot({ token, name: `Bot ${id}` });
      await addAccount("try-it", `tenant-${id}`, {
        botToken: { source: "exec", provider: "cogni", id: ref },
        dmPolicy: access,
        ...(access === "open" && { allowFrom: ["*"] }),
      });
      await start("try-it", `tenant-${id}`);
      await reaches("try-it", `tenant-${id}`, { connected: true });
      return token;
    },
    login: {
      start: async (accountId: string, more: object = {}) =>
        startSchema.parse(await gateway.rpc("web.login.start", { channel: "try-it-qr", accountId, ...more })),
      wait: async (accountId: string, more: object = {}) =>
        waitSchema.parse(
          await gateway.rpc("web.login.wait", {
            channel: "try-it-qr",
            accountId,
            timeoutMs: 20_000,
            ...more,
          }),
        ),
    },
    /** An account that a phone has accepted; resolves once it is connected. */
    async link(id: string): Promise<string> {
      const accountId = `tenant-${id}`;
      await addAccount("try-it-qr", accountId, { dmPolicy: "open", allowFrom: ["*"] });
      await this.login.start(accountId);
      messenger.scan(accountId, "accept");
      expect(await this.login.wait(accountId)).toMatchObject({ connected: true });
      await reaches("try-it-qr", accountId, { connected: true, linked: true });
      return accountId;
    },
    /** Someone writes to the device; resolves once it has answered with `reply`, by default the echo. */
    async ask(device: string, person: string, text: string, reply = text): Promise<void> {
      const before = messenger.sent(device).length;
      messenger.say(device, { from: { id: person, name: person.toUpperCase() }, text });
      await this.answered(device, before, reply);
    },
    async answered(device: string, before: number, reply: string, patience = PATIENCE): Promise<void> {
      await vi.waitFor(() => {
        const replies = messenger.sent(device).slice(before);
        expect(replies.map((sent) => sent.text)).toContainEqual(expect.stringContaining(reply));
      }, patience);
    },
    async stop() {
      await gateway.stop();
      await messenger.close();
    },
  };
}
