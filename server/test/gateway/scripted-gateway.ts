/**
 * The network edge of a gateway that does as it is told: greets as another version, refuses, falls silent, hangs up.
 * For what the real gateway cannot be made to do on demand.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";

type Answer = { readonly payload: unknown } | { readonly error: object } | "silence" | "hang up";

export interface ScriptedGateway {
  readonly url: string;
  /** One entry per answer, the last one for good. */
  greet: Answer[];
  answer: (method: string, params: unknown) => Answer;
  /** Methods called, greetings aside. */
  readonly calls: string[];
  connections(): number;
  hangUp(): void;
}

export const GREETING = {
  payload: {
    type: "hello-ok",
    protocol: 4,
    server: { version: "2026.9.6", connId: "c" },
    features: { methods: [], events: [] },
    snapshot: {},
    auth: { role: "operator", scopes: ["operator.read", "operator.write", "operator.admin"] },
    policy: { maxPayload: 1_000_000, maxBufferedBytes: 1_000_000, tickIntervalMs: 30_000 },
  },
};

export async function scriptedGateway(): Promise<ScriptedGateway> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  let connections = 0;
  const gateway: ScriptedGateway = {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    greet: [GREETING],
    answer: () => ({ payload: {} }),
    calls: [],
    connections: () => connections,
    hangUp: () => {
      for (const client of server.clients) client.terminate();
    },
  };
  server.on("connection", (socket: WebSocket) => {
    connections += 1;
    socket.send(
      JSON.stringify({ type: "event", event: "connect.challenge", payload: { nonce: "n", ts: Date.now() } }),
    );
    socket.on("message", (data) => {
      const { id, method, params } = JSON.parse(String(data));
      if (method !== "connect") gateway.calls.push(method);
      const answer = method === "connect" ? nextGreeting(gateway) : gateway.answer(method, params);
      if (answer === "silence") return;
      if (answer === "hang up") return socket.terminate();
      socket.send(JSON.stringify({ type: "res", id, ok: "payload" in answer, ...answer }));
    });
  });
  onTestFinished(async () => {
    gateway.hangUp();
    server.close();
    await once(server, "close");
  });
  return gateway;
}

function nextGreeting(gateway: ScriptedGateway): Answer {
  const [first, ...rest] = gateway.greet;
  if (rest.length > 0) gateway.greet = rest;
  return first ?? GREETING;
}
