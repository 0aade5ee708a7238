import { once } from "node:events";
import { Agent, get, type IncomingMessage, type RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { listen } from "../../src/http/listen.ts";

const open = (listener: RequestListener) => listen(listener, { host: "127.0.0.1", port: 0, setting: "PORT" });

/** On a connection that the agent keeps. */
async function ask(port: number, agent: Agent): Promise<IncomingMessage> {
  const [response] = await once(get({ host: "127.0.0.1", port, agent }), "response");
  return response;
}

const never = (): AbortSignal => new AbortController().signal;

describe("a port that is about to close", () => {
  test("answers on, and has each client come back on another connection", async () => {
    const server = await open((_, response) => void response.end("well"));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await ask(server.port, agent);
    expect([before.headers.connection, await text(before)]).toEqual(["keep-alive", "well"]);
    server.drain();
    const after = await ask(server.port, agent);
    expect([after.headers.connection, await text(after)]).toEqual(["close", "well"]);
    agent.destroy();
    await server.close(never());
  });

  test("waits for a request under way, whose answer is the last on its connection", async () => {
    const arrived = Promise.withResolvers<() => void>();
    const server = await open((_, response) => arrived.resolve(() => response.end("late, and whole")));
    const agent = new Agent({ keepAlive: true });
    const asked = ask(server.port, agent);
    const answer = await arrived.promise;
    server.drain();
    const closed = server.close(never());
    answer();
    const response = await asked;
    expect([response.headers.connection, await text(response)]).toEqual(["close", "late, and whole"]);
    await closed;
    agent.destroy();
  });

  test("is not kept open by a client that waits with its next request, nor by one that never ends when it is cut", async () => {
    const server = await open((_, response) => void response.write("on and on"));
    const agent = new Agent({ keepAlive: true });
    const response = await ask(server.port, agent);
    const cut = new AbortController();
    const closed = server.close(cut.signal);
    cut.abort();
    await closed;
    await expect(text(response)).rejects.toThrow();
    agent.destroy();
  });
});
