/** One request to endpoints that are slow, wrong and rude, and to names that lie. */
import { BlockList, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type PostDeps, post } from "../../src/webhooks/post.ts";
import * as certificate from "../support/certificate.ts";
import { type Receiver, startReceiver, status } from "../support/receiver.ts";
import { LOOPBACK } from "../support/webhook-settings.ts";

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

const PUBLIC = "93.184.216.34";
const closed = { privateNetworks: new BlockList(), plainHttp: true };
const send = (wish: Partial<PostDeps> & { url?: string } = {}) => {
  const { url = receiver.url, ...deps } = wish;
  return post(
    {
      resolve: async () => ["127.0.0.1"],
      reach: { privateNetworks: LOOPBACK, plainHttp: true },
      headMs: 400,
      bodyMs: 150,
      ...deps,
    },
    { url, headers: { "webhook-id": "1" }, body: '{"a":1}' },
    new AbortController().signal,
  );
};
const named = (host: string, { port } = receiver) => `http://${host}:${port}/hook`;

describe("where a request goes", () => {
  test("is an address that was checked, asked for by its name", async () => {
    expect(await send({ url: named("hooks.test") })).toMatchObject({ status: 204, failure: null });
    expect(receiver.received[0]?.headers.host).toBe(`hooks.test:${receiver.port}`);
  });

  test("is nowhere if one of the name's addresses is not public, be it the last of many", async () => {
    for (const addresses of [
      ["127.0.0.1"],
      [PUBLIC, "127.0.0.1"],
      [PUBLIC, "10.0.0.1"],
      ["::1"],
      ["169.254.169.254"],
    ]) {
      const answer = await send({ url: named("hooks.test"), reach: closed, resolve: async () => addresses });
      expect(answer).toMatchObject({ status: null, failure: "address_refused" });
    }
    expect(receiver.received).toEqual([]);
  });

  test("is not another one because the name answers otherwise a moment later", async () => {
    // 127.0.0.2 stands for a public address: it may be reached, and nobody is there. The receiver's own may not.
    const privateNetworks = new BlockList();
    privateNetworks.addAddress("127.0.0.2");
    const reach = { privateNetworks, plainHttp: true };
    let asked = 0;
    const resolve = async () => {
      asked += 1;
      return [asked === 1 ? "127.0.0.2" : "127.0.0.1"];
    };
    const url = named("rebind.test");
    expect(await send({ url, reach, resolve })).toMatchObject({ failure: "connection_failed" });
    expect(asked).toBe(1);
    expect(await send({ url, reach, resolve })).toMatchObject({ failure: "address_refused" });
    expect(receiver.received).toEqual([]);
  });

  test("is no private IP address, however it is spelled, although no name is asked for", async () => {
    for (const host of ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "0", "[::ffff:127.0.0.1]"]) {
      expect(await send({ url: named(host), reach: closed }), host).toMatchObject({
        failure: "address_refused",
      });
    }
    expect(receiver.received).toEqual([]);
  });

  test("is not where a redirect leads", async () => {
    const inner = await startReceiver();
    try {
      for (const code of [301, 302, 303, 307, 308]) {
        receiver.answer(status(code, { location: inner.url }));
        expect(await send()).toMatchObject({
          status: code,
          failure: "redirected",
          headers: { location: inner.url },
        });
      }
      expect(inner.received).toEqual([]);
    } finally {
      await inner.close();
    }
  });

  test("is not a proxy of the environment, and nothing but the message goes along", async () => {
    const before = { ...process.env };
    Object.assign(process.env, { HTTP_PROXY: "http://127.0.0.1:1", NODE_USE_ENV_PROXY: "1", ALL_PROXY: "x" });
    try {
      receiver.answer(status(204, { "set-cookie": "a=b" }));
      await send();
      expect(await send()).toMatchObject({ status: 204 });
    } finally {
      process.env = before;
    }
    expect(Object.keys(receiver.received[1]?.headers ?? {}).sort()).toEqual([
      "connection",
      "content-length",
      "host",
      "webhook-id",
    ]);
  });

  test("is over TLS the name's own, and no one else's certificate will do", async () => {
    const secure = await startReceiver(certificate);
    try {
      const url = (host: string) => `https://${host}:${secure.port}/hook`;
      const ca = certificate.cert;
      expect(await send({ url: url("hooks.test"), ca })).toMatchObject({ status: 204, failure: null });
      expect(secure.received[0]?.headers.host).toBe(`hooks.test:${secure.port}`);
      expect(await send({ url: url("hooks.test") })).toMatchObject({ failure: "tls_failed" });
      expect(await send({ url: url("other.test"), ca })).toMatchObject({ failure: "tls_failed" });
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
      expect(await send({ url: url("other.test") })).toMatchObject({ failure: "tls_failed" });
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      await secure.close();
    }
    expect(await send({ url: `https://127.0.0.1:${receiver.port}/` })).toMatchObject({
      failure: "tls_failed",
    });
  });

  test("that nobody knows, or at which nobody is, is told apart", async () => {
    const nowhere = async () => Promise.reject(new Error("ENOTFOUND"));
    expect(await send({ url: named("none.test"), resolve: nowhere })).toMatchObject({
      failure: "name_not_found",
    });
    expect(await send({ url: named("none.test"), resolve: async () => [] })).toMatchObject({
      failure: "name_not_found",
    });
    expect(await send({ url: "http://127.0.0.1:1024/" })).toMatchObject({ failure: "connection_failed" });
  });
});

describe("an endpoint", () => {
  test("that never answers, or drips its head, is given up in time", async () => {
    receiver.answer(() => undefined);
    const startedAt = performance.now();
    expect(await send()).toMatchObject({ status: null, failure: "timed_out" });
    const drip = await rude((socket) => {
      const timer = setInterval(() => socket.write("X"), 20);
      socket.on("close", () => clearInterval(timer));
      socket.write("HTTP/1.1 200 OK\r\nx-slow: ");
    });
    expect(await send({ url: drip.url })).toMatchObject({ failure: "timed_out" });
    await drip.close();
    const silent = await send({ url: named("slow.test"), resolve: () => new Promise(() => undefined) });
    expect(silent).toMatchObject({ failure: "timed_out" });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  test("that answers 10 MB is read for a kilobyte, and has said what it said", async () => {
    let written = 0;
    receiver.answer((response) => {
      response.writeHead(200, { "content-type": "text/plain" });
      const chunk = Buffer.alloc(64 * 1024, "x");
      const more = () => {
        while (written < 10 * 1024 * 1024 && response.write(chunk)) written += chunk.length;
      };
      response.on("drain", more);
      more();
    });
    const answer = await send();
    expect(answer).toMatchObject({ status: 200, failure: null, headers: { "content-type": "text/plain" } });
    expect(answer.body).toBe("x".repeat(1_024));
    expect(written).toBeLessThan(10 * 1024 * 1024);
  });

  test("whose body drips for ever, or breaks off, has answered with its head", async () => {
    receiver.answer((response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write("."), 20);
      response.on("close", () => clearInterval(timer));
    });
    expect(await send()).toMatchObject({ status: 200, failure: null, body: expect.stringMatching(/^\.+$/) });
    receiver.answer((response) => {
      response.writeHead(500, { "content-length": "1000" });
      response.write("half", () => response.destroy());
    });
    expect(await send()).toMatchObject({ status: 500, failure: "refused", body: "half" });
  });

  test("that closes before it answers, speaks no HTTP, or has a head without end is told so", async () => {
    receiver.answer((response) => void response.destroy());
    expect(await send()).toMatchObject({ failure: "connection_lost" });
    for (const words of ["SSH-2.0-OpenSSH_9.6\r\n", `HTTP/1.1 200 OK\r\n${"x-a: b\r\n".repeat(5_000)}\r\n`]) {
      const other = await rude((socket) => void socket.write(words));
      expect(await send({ url: other.url })).toMatchObject({ status: null, failure: "answer_invalid" });
      await other.close();
    }
  });

  test("that sends what PostgreSQL can't keep has it replaced", async () => {
    receiver.answer((response) => void response.writeHead(200).end("a\0b\xff"));
    expect((await send()).body).not.toContain("\0");
  });

  test("is left when the sender has to end", async () => {
    receiver.answer(() => undefined);
    const ending = new AbortController();
    const deps = {
      resolve: async () => [],
      reach: { privateNetworks: LOOPBACK, plainHttp: true },
      headMs: 9e3,
      bodyMs: 9e3,
    };
    const sent = post(deps, { url: receiver.url, headers: {}, body: "" }, ending.signal);
    ending.abort();
    expect(await sent).toMatchObject({ failure: "interrupted" });
  });
});

async function rude(speak: (socket: Socket) => void): Promise<{ url: string; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("data", () => speak(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
