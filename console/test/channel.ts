/** A channel as the API lists it, for tests that care about a few of its properties. */
import { type ChannelStatus, channelIdSchema } from "@cogni/contract";

export function channel(id: string, over: Partial<ChannelStatus> = {}): ChannelStatus {
  return {
    channel: channelIdSchema.parse(id),
    label: id,
    accountId: over.state && over.state !== "not_connected" ? "tenant-acme" : null,
    displayName: null,
    access: "everyone",
    pendingSenders: 0,
    expiresAt: null,
    state: "not_connected",
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
      docsUrl: null,
      fields: [],
      notice: null,
      byApproval: true,
      scanSteps: [],
    },
    ...over,
  };
}
