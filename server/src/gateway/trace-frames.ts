/**
 * The trace that a call is part of, on the call's frame: the gateway's protocol has a field for it (`traceparent`), the official client
 * no way to fill it in. So it is added where the frame leaves for the socket. A later client that keeps its socket elsewhere
 * goes untraced; test/world/traces.test.ts would tell.
 */
import type { GatewayClient as OfficialClient } from "@openclaw/gateway-client";
import { currentTraceparent, type Traceparent } from "../telemetry/trace.ts";

/** Runs a call, whose frame must leave before this returns. */
export type TracedSend = <T>(call: () => T) => T;

interface Socket {
  send(data: unknown, ...rest: readonly unknown[]): unknown;
}

/** @param official greeted: its socket is the one that all its calls go through */
export function traceFrames(official: OfficialClient): TracedSend {
  let traceparent: Traceparent = null;
  const socket: unknown = Reflect.get(official, "ws");
  if (!isSocket(socket)) return (call) => call();
  const send = socket.send.bind(socket);
  socket.send = (data, ...rest) => send(traceparent ? withTraceparent(data, traceparent) : data, ...rest);
  return (call) => {
    traceparent = currentTraceparent();
    try {
      return call();
    } finally {
      traceparent = null;
    }
  };
}

/** A frame is an object as JSON; anything else goes as it is. */
export function withTraceparent(data: unknown, traceparent: string): unknown {
  if (typeof data !== "string" || !data.startsWith('{"type":"req",') || !data.endsWith("}")) return data;
  return `${data.slice(0, -1)},"traceparent":"${traceparent}"}`;
}

function isSocket(value: unknown): value is Socket {
  return typeof value === "object" && value !== null && "send" in value && typeof value.send === "function";
}
