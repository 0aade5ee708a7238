/** Tells the person at the terminal how far the channels have come whose plugins are installed or loaded, as the channels' cards do. */
import { setTimeout as sleep } from "node:timers/promises";
import { statusDocumentSchema } from "@cogni/contract";
import { type Steps, Stopped } from "./steps.ts";

const ASK_EVERY_MS = 2_000;

/** Ends when nothing is being installed any more. @throws Stopped when everything is being stopped */
export async function followInstallation(httpPort: number, apiKey: string, steps: Steps): Promise<void> {
  const beganAt = Date.now();
  let awaited = new Set<string>();
  for (;;) {
    const channels = await statusOf(`http://127.0.0.1:${httpPort}`, apiKey);
    if (steps.stopping()) throw new Stopped();
    if (channels && channels.length > 0) {
      const coming = channels.filter(({ problem }) => problem?.code === "channel_installing");
      if (awaited.size === 0 && coming.length > 0) {
        steps.say(`\nBeing set up, in the background: ${coming.map(({ label }) => label).join(", ")}`);
      }
      for (const { label, problem } of channels.filter(({ channel }) => awaited.has(channel))) {
        if (problem?.code === "channel_installing") continue;
        const seconds = Math.round((Date.now() - beganAt) / 1000);
        steps.say(
          problem?.code === "channel_unavailable"
            ? `${label} could not be set up (logs/control-plane.log says why). The next start tries again.`
            : `${label} is ready (${seconds} s)`,
        );
      }
      awaited = new Set(coming.map(({ channel }) => channel));
      if (awaited.size === 0) return;
    }
    await sleep(ASK_EVERY_MS);
  }
}

/** Null where there is no answer now. */
async function statusOf(url: string, apiKey: string) {
  const response = await fetch(`${url}/api/v1/channels/status`, {
    headers: { authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.timeout(ASK_EVERY_MS),
  }).catch(
    // It is being started again, or stopped.
    () => null,
  );
  return response?.ok ? statusDocumentSchema.parse(await response.json()).channels : null;
}
