/** Status documents as small as the contract allows, and the events of a stream as a test compares them. */
import {
  type ChannelState,
  STATUS_EVENTS,
  type StatusDocument,
  type StatusEvent,
  type StatusEventName,
  statusDocumentSchema,
} from "@cogni/contract";

/** @param states of each channel, by its name */
export function statusDocument(
  states: Readonly<Record<string, ChannelState>>,
  { reachable = true } = {},
): StatusDocument {
  return statusDocumentSchema.parse({
    observedAt: "2026-01-02T03:04:05.000Z",
    gateway: { reachable },
    channels: Object.entries(states).map(([channel, state]) => ({
      channel,
      label: channel.toUpperCase(),
      accountId: null,
      displayName: null,
      access: "everyone",
      pendingSenders: 0,
      expiresAt: null,
      state,
      since: null,
      lastKnown: null,
      problem: null,
      login: null,
      status: {
        connected: false,
        running: false,
        configured: false,
        lastConnectedAt: null,
        lastInboundAt: null,
        lastOutboundAt: null,
        lastError: null,
      },
      connect: {
        method: "credentials",
        fields: [],
        docsUrl: null,
        notice: null,
        byApproval: true,
        scanSteps: [],
      },
    })),
  });
}

/** Every event in the text of a stream, its data parsed by the contract; comments are left out. */
export function streamedEvents(text: string): (StatusEvent & { id: string | undefined })[] {
  return text
    .split("\n\n")
    .filter((block) => block.includes("data: "))
    .map((block) => {
      const fields = new Map(
        block.split("\n").map((line) => {
          const colon = line.indexOf(": ");
          return [line.slice(0, colon), line.slice(colon + 2)] as const;
        }),
      );
      const event = fields.get("event") as StatusEventName;
      const data = STATUS_EVENTS[event].parse(JSON.parse(fields.get("data") ?? ""));
      return { event, id: fields.get("id"), data } as StatusEvent & { id: string | undefined };
    });
}
