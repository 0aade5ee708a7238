/** Opening a port, and closing it without cutting anyone off. */
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { SettingName } from "../settings.ts";

/**
 * Whoever sends slower than this is not a client. `keepAliveTimeout` is longer than the minute for which proxies keep
 * an idle connection, or they would now and then send a request into a closing one.
 */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
};

export interface Listening {
  /** The port, also where 0 asked for any free one. */
  readonly port: number;
  /** Answers on, and tells each client to open another connection for its next request, so that none is kept waiting. */
  drain(): void;
  /** Accepts nobody new, waits for what is under way, and cuts the rest off when `cut` is aborted. */
  close(cut: AbortSignal): Promise<void>;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** The setting that names the port, for whoever has to change it. */
  readonly setting: SettingName;
}

/** @throws Error that names port and setting if the port is taken */
export async function listen(
  listener: RequestListener,
  { host, port, setting }: Endpoint,
): Promise<Listening> {
  const server = createServer(LIMITS);
  const drain = drained(server);
  server.on("request", listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(explain(error, host, port, setting)));
    server.listen({ host, port }, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    drain,
    close: (cut) => close(server, cut),
  };
}

/**
 * From the returned function's call on, every answer is the last one on its connection.
 *
 * Kept by connection, not as a set of answers, which would change with each of them: V8 links each table of such a set to the one
 * that took its place, so that once one is old all that follow live until the next full collection, with all the answers in them.
 * Of an LLM call's memory that was a third.
 */
function drained(server: Server): () => void {
  const underWay = new Map<Socket, ServerResponse | null>();
  let draining = false;
  const last = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader("Connection", "close");
  };
  server.on("connection", (socket: Socket) => {
    underWay.set(socket, null);
    socket.once("close", () => underWay.delete(socket));
  });
  server.on("request", ({ socket }, response) => {
    if (draining) return last(response);
    underWay.set(socket, response);
    response.once("close", () => {
      if (underWay.get(socket) === response) underWay.set(socket, null);
    });
  });
  return () => {
    draining = true;
    for (const response of underWay.values()) if (response) last(response);
  };
}

function explain(error: NodeJS.ErrnoException, host: string, port: number, setting: SettingName): Error {
  const reasons: Record<string, string> = {
    EADDRINUSE: "is taken by another program. Stop that program, or",
    EACCES: "may not be opened by this user. Start with the right to do so, or",
    EADDRNOTAVAIL: "cannot be opened, because this machine has no such address. Correct the address, or",
  };
  const reason = reasons[error.code ?? ""];
  if (!reason) return error;
  return new Error(`Port ${port} on ${host} ${reason} choose another port with the setting ${setting}.`, {
    cause: error,
  });
}

async function close(server: Server, cut: AbortSignal): Promise<void> {
  const cutOff = (): void => server.closeAllConnections();
  cut.addEventListener("abort", cutOff, { once: true });
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
    if (cut.aborted) cutOff();
  });
  cut.removeEventListener("abort", cutOff);
}
