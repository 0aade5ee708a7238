/** Statuses of channels that no world of tests would come to in time, and how a page gets to see them. */
import type { ChannelState, ChannelStatus, ErrorCode, StatusDocument } from "@cogni/contract";
import { channelProblem, channelStateSchema } from "@cogni/contract";
import type { Page } from "@playwright/test";
import { expectPage } from "../browsing.ts";

/** Lets the page see what the change makes of each status document, polled or streamed, which comes from the real API. */
export async function drawn(page: Page, change: (document: StatusDocument) => StatusDocument): Promise<void> {
  await page.route("**/api/v1/channels/status", async (route) => {
    const headers = route.request().headers();
    const response = await route.fetch({ headers: { ...headers, accept: "application/json" } });
    const json = change((await response.json()) as StatusDocument);
    if (headers.accept !== "text/event-stream") return route.fulfill({ response, json });
    const body = `event: snapshot\nid: made\ndata: ${JSON.stringify(json)}\n\n`;
    return route.fulfill({ contentType: "text/event-stream", body });
  });
  await page.goto("/channels");
  await expectPage(page.getByRole("heading", { name: "Channels" })).toBeVisible();
}

const PROBLEMS: Partial<Record<ChannelState, ErrorCode>> = {
  reconnecting: "messenger_unreachable",
  action_required: "credential_refused",
};
/** White, one pixel. */
const QR =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=";

/** A card in each state, with a name longer than any card is wide. */
export function everyState(document: StatusDocument): StatusDocument {
  const [model] = document.channels as [ChannelStatus];
  const at = new Date(Date.now() - 90_000).toISOString();
  const channels = channelStateSchema.options.map((state): ChannelStatus => {
    const code = PROBLEMS[state];
    const inUse = state !== "not_connected";
    return {
      ...model,
      channel: `made-${state.replaceAll("_", "-")}` as ChannelStatus["channel"],
      label: `Made ${state}`,
      state,
      accountId: inUse ? "tenant-made" : null,
      displayName: inUse ? "@the_longest_name_that_any_messenger_would_give_to_a_bot_of_ours" : null,
      since: inUse ? at : null,
      lastKnown: state === "unknown" ? { state: "connected", observedAt: at } : null,
      problem: code ? channelProblem(code) : null,
      pendingSenders: state === "connected" ? 2 : 0,
      status: { ...model.status, lastConnectedAt: at, lastInboundAt: at, lastOutboundAt: at },
    };
  });
  return { ...document, gateway: { reachable: false }, channels };
}

/** One that logs in by code, with a risk to accept. */
export function byCode(over: Partial<ChannelStatus> = {}) {
  return (document: StatusDocument): StatusDocument => {
    const [model] = document.channels as [ChannelStatus];
    const connect = {
      ...model.connect,
      method: "qr" as const,
      notice: "This is a risk. ".repeat(9),
      scanSteps: ["Open the app.", "Tap Scan.", "Point the phone at this code, and confirm what it asks."],
    };
    return { ...document, channels: [{ ...model, label: "Made", problem: null, connect, ...over }] };
  };
}

/** One that is connected by a token, and that there is not. */
export function byToken(document: StatusDocument): StatusDocument {
  const [model] = document.channels as [ChannelStatus];
  const made = {
    channel: "made" as ChannelStatus["channel"],
    label: "Made",
    state: "not_connected" as const,
  };
  return { ...document, channels: [{ ...model, ...made, accountId: null, problem: null }] };
}

/** One whose code waits to be scanned. */
export const offered = () => {
  const expiresAt = new Date(Date.now() + 90_000).toISOString();
  return byCode({ state: "awaiting_scan", accountId: "tenant-made", login: { qr: QR, expiresAt } });
};

export const nothing = (document: StatusDocument): StatusDocument => ({ ...document, channels: [] });
