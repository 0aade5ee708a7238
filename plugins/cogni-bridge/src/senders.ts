/**
 * Who may write to an account: what the gateway keeps of it and tells nobody. It can only let in who waits, so that whoever
 * waited longer than it remembers has to be made to wait again.
 */
import type { BridgeAsked, BridgeSenders } from "@cogni/contract";
import type { OpenClawPluginApi } from "openclaw/plugin-sdk/plugin-entry";
import { getRuntimeConfigSourceSnapshot } from "openclaw/plugin-sdk/runtime-config-snapshot";
import { configuredSenders } from "./accounts.ts";

interface Account {
  readonly channel: string;
  readonly accountId: string;
}

export function registerSenders(api: OpenClawPluginApi): void {
  const { pairing } = api.runtime.channel;

  function answer(method: string, run: (account: Account, sender: unknown) => Promise<unknown>): void {
    api.registerGatewayMethod(
      method,
      async ({ params: { channel, accountId, sender }, respond }) => {
        try {
          if (typeof channel !== "string" || typeof accountId !== "string") {
            throw new TypeError("channel and accountId are needed");
          }
          respond(true, await run({ channel, accountId }, sender));
        } catch (error) {
          respond(false, undefined, {
            code: error instanceof TypeError ? "INVALID_REQUEST" : "UNAVAILABLE",
            message: String(error),
          });
        }
      },
      { scope: "operator.admin" },
    );
  }

  async function admitted({ channel, accountId }: Account): Promise<BridgeSenders> {
    const configured = configuredSenders(getRuntimeConfigSourceSnapshot()?.channels, channel, accountId);
    return { admitted: [...configured, ...(await pairing.readAllowFromStore({ channel, accountId }))] };
  }

  answer("cogni.senders", admitted);
  answer("cogni.senders.ask", async (account, sender): Promise<BridgeAsked> => {
    if (typeof sender !== "string") throw new TypeError("sender is needed");
    const { code } = await pairing.upsertPairingRequest({ ...account, id: sender });
    return { asked: code !== "" };
  });
  answer("cogni.senders.forget", async (account): Promise<BridgeSenders> => {
    for (const entry of await pairing.readAllowFromStore(account)) {
      await pairing.removeAllowFromStoreEntry({ ...account, entry });
    }
    return admitted(account);
  });
}
