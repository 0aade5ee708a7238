/** Stands between control plane and gateway, passes everything on, and counts the calls that go through. */
import { once } from "node:events";
import { afterAll } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { z } from "zod";

export interface RelayedCall {
  readonly method: string;
  readonly at: number;
  /** Null while it is not answered. */
  answeredAt: number | null;
}

export interface Relay {
  readonly url: string;
  readonly calls: readonly RelayedCall[];
  /** How many calls of such methods were under way at the same moment. */
  mostAtOnce(methods: RegExp): number;
}

const frameSchema = z.object({ type: z.string(), id: z.string().optional(), method: z.string().optional() });

/** Closed after the file's last test. */
export async function startRelay(gatewayUrl: string): Promise<Relay> {
  const calls: RelayedCall[] = [];
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await once(server, "listening");
  server.on("connection", (near) => {
    const far = new WebSocket(gatewayUrl);
    const open = new Map<string, RelayedCall>();
    const waiting: string[] = [];
    near.on("message", (data) => {
      const text = data.toString();
      const { type, id, method } = frameSchema.parse(JSON.parse(text));
      if (type === "req" && id && method) {
        const call: RelayedCall = { method, at: Date.now(), answeredAt: null };
        calls.push(call);
        open.set(id, call);
      }
      if (far.readyState === WebSocket.OPEN) far.send(text);
      else waiting.push(text);
    });
    far.on("open", () => {
      for (const text of waiting.splice(0)) far.send(text);
    });
    far.on("message", (data) => {
      const text = data.toString();
      const { type, id } = frameSchema.parse(JSON.parse(text));
      const call = type === "res" && id ? open.get(id) : undefined;
      if (call) call.answeredAt = Date.now();
      near.send(text);
    });
    far.on("error", () => near.terminate());
    far.on("close", () => near.close());
    near.on("close", () => far.terminate());
  });
  afterAll(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the relay has no port");
  return {
    url: `ws://127.0.0.1:${address.port}`,
    calls,
    mostAtOnce(methods) {
      const some = calls.filter(({ method }) => methods.test(method));
      const at = (time: number) =>
        some.filter((call) => call.at <= time && (call.answeredAt ?? Number.POSITIVE_INFINITY) > time).length;
      return Math.max(0, ...some.map((call) => at(call.at)));
    },
  };
}
