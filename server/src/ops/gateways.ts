/** `ops gateways`: what is done to a gateway while it serves. */
import packageJson from "../../package.json" with { type: "json" };
import { createTokenSwitch } from "../gateway/token-switch.ts";
import { deviceOf, GATEWAY_ID, tokenHashes } from "../worker.ts";
import { type OpsCommand, UsageError } from "./command.ts";
import { type Rotation, rotateToken } from "./rotate-token.ts";

const SEEN_AGAIN_MS = 60_000;

const WORDS: Readonly<Record<Rotation["state"], string>> = {
  nothing_to_do: "Nothing to do: the gateway takes OPENCLAW_GATEWAY_TOKEN, and no other.",
  would_rotate: "The gateway would go over to OPENCLAW_GATEWAY_TOKEN. Nothing was changed.",
  would_finish: "The gateway has the new token; the one before would be retired. Nothing was changed.",
  rotated:
    "Rotated; no account was restarted. Make sure that the gateway's next start gets the new token, then remove " +
    "OPENCLAW_GATEWAY_TOKEN_PREVIOUS.",
  finished: "The rotation that was begun earlier is finished. Remove OPENCLAW_GATEWAY_TOKEN_PREVIOUS.",
};

const rotate: OpsCommand = {
  words: ["gateways", "rotate-token"],
  operands: [],
  options: { "dry-run": { type: "boolean", help: "say what would be done, and change nothing" } },
  help: "have the gateway go over to OPENCLAW_GATEWAY_TOKEN, with no account dropped; may be interrupted and run again",
  async run({ db, config, progress }, _operands, options) {
    const { gateway, timing, dataDir } = config;
    if (!gateway) throw new UsageError("This needs a worker's settings: OPENCLAW_GATEWAY_URL and its token.");
    const rotation = await rotateToken(
      {
        db,
        gatewayId: GATEWAY_ID,
        gateway: createTokenSwitch({
          url: gateway.url,
          device: deviceOf(gateway.url, dataDir),
          clientVersion: packageJson.version,
          callMs: timing.gateway.callMs,
          reloadMs: timing.gateway.writeMs,
        }),
        token: gateway.token,
        previousToken: gateway.previousToken,
        hashes: tokenHashes(gateway),
        seenAgainMs: SEEN_AGAIN_MS,
        progress,
      },
      options["dry-run"] === true,
    );
    return { text: WORDS[rotation.state], data: { gateway: GATEWAY_ID, ...rotation } };
  },
};

export const gatewayCommands = [rotate];
