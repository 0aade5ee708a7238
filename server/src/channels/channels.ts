/** What can be done with channels, in one value: whoever asks needs to know no more of this room. */
import type {
  ConnectRequest,
  ConnectResponse,
  DecideSenderRequest,
  DecideSenderResponse,
  DisconnectRequest,
  DisconnectResponse,
  Senders,
  StatusDocument,
  Timeline,
} from "@cogni/contract";
import type { Principal } from "../auth/principal.ts";
import type { RequestMeta } from "../db/audit.ts";
import { traced } from "../telemetry/trace.ts";
import type { Allowance } from "./allowance.ts";
import { connectChannel } from "./connect.ts";
import type { ChannelsDeps } from "./deps.ts";
import { disconnectChannel } from "./disconnect.ts";
import { channelsTimeline } from "./read-timeline.ts";
import { decideSender, pendingSenders } from "./senders.ts";
import { channelsStatus } from "./status.ts";

export interface Channels {
  status(principal: Principal): Promise<StatusDocument>;
  timeline(principal: Principal, days: number): Promise<Timeline>;
  connect(
    principal: Principal,
    request: ConnectRequest,
    meta: RequestMeta,
    allowance: Allowance,
  ): Promise<ConnectResponse>;
  disconnect(
    principal: Principal,
    request: DisconnectRequest,
    meta: RequestMeta,
    allowance: Allowance,
  ): Promise<DisconnectResponse>;
  senders(principal: Principal): Promise<Senders>;
  decideSender(
    principal: Principal,
    request: DecideSenderRequest,
    meta: RequestMeta,
  ): Promise<DecideSenderResponse>;
}

export function createChannels(deps: ChannelsDeps): Channels {
  return {
    status: (principal) => channelsStatus(deps, principal),
    timeline: (principal, days) => channelsTimeline(deps, principal, days),
    connect: (principal, request, meta, allowance) =>
      traced("connect", {}, () => connectChannel(deps, principal, request, meta, allowance)),
    disconnect: (principal, request, meta, allowance) =>
      traced("disconnect", {}, () => disconnectChannel(deps, principal, request, meta, allowance)),
    senders: (principal) => pendingSenders(deps, principal),
    decideSender: (principal, request, meta) => decideSender(deps, principal, request, meta),
  };
}
