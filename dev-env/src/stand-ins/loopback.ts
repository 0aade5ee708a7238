/**
 * What the stand-ins have in common: a server on a free loopback port, a parsed request, and a way to be steered
 * from another process. Tests run in workers, the stand-ins in the process that started the world.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { z } from "zod";

/** Milliseconds since 1970, as `Date.now()` counts them. */
export type EpochMs = number;

export interface Incoming {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  /** Fields of the query and of a JSON, URL-encoded or multipart body, merged. */
  params: Record<string, unknown>;
}

export interface Loopback {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  url: string;
  port: number;
  close(): Promise<void>;
}

/** The same methods, asked from another process: arguments and answers must survive JSON. */
export type Remote<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : never;
};

const CONTROL_PATH = "/control";
const controlRequest = z.object({ call: z.string(), args: z.array(z.unknown()) });

/**
 * Serves `handle` on 127.0.0.1, and `control` beside it for `remote()`.
 * @param port 0 or absent: a free one.
 */
export async function serveLoopback(options: {
  handle(request: Incoming, response: ServerResponse): void | Promise<void>;
  control: object;
  port?: number;
}): Promise<Loopback> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { error: String(error) });
    });
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const incoming = await parse(request);
    if (incoming.path !== CONTROL_PATH) return options.handle(incoming, response);
    const { call, args } = controlRequest.parse(incoming.params);
    const method = new Map<string, unknown>(Object.entries(options.control)).get(call);
    if (typeof method !== "function") return sendJson(response, 404, { error: `no control named ${call}` });
    sendJson(response, 200, { result: await method(...args) });
  }
  server.keepAliveTimeout = 60_000;
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the stand-in has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Steers a stand-in that another process serves at `url`. */
export function remote<T extends object>(url: string): Remote<T> {
  const call = async (name: string, args: unknown[]): Promise<unknown> => {
    const response = await fetch(url + CONTROL_PATH, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ call: name, args }),
    });
    const body = z
      .object({ result: z.unknown().optional(), error: z.string().optional() })
      .parse(await response.json());
    if (!response.ok) throw new Error(`${name}: ${body.error ?? response.status}`);
    return body.result;
  };
  const methods = new Proxy(
    {},
    {
      // A proxy that is awaited must not look like a promise.
      get: (_, name) =>
        typeof name === "string" && name !== "then" ? (...args: unknown[]) => call(name, args) : undefined,
    },
  );
  return methods as Remote<T>;
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function parse(request: IncomingMessage): Promise<Incoming> {
  const url = new URL(request.url ?? "/", "http://loopback");
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return {
    method: request.method ?? "GET",
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    params: {
      ...Object.fromEntries(url.searchParams),
      ...(await fields(Buffer.concat(chunks), request.headers["content-type"] ?? "")),
    },
  };
}

async function fields(body: Buffer, contentType: string): Promise<Record<string, unknown>> {
  if (body.length === 0) return {};
  if (contentType.includes("json"))
    return z.record(z.string(), z.unknown()).parse(JSON.parse(body.toString()));
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": contentType },
  }).formData();
  return Object.fromEntries(form.entries());
}
