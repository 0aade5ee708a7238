import { request } from "node:http";
import type { ConnectRequest, ConnectResponse } from "@cogni/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, newKey, postJson, problemOf, startEdge } from "../support/edge.ts";

const CANARY = "123456:AA-canary-token";
let database: TestDatabase;
let edge: Edge;
let key: { authorization: string };
let wishes: ConnectRequest[] = [];
/** What the replaced `connect` does. */
let outcome: () => Promise<ConnectResponse>;

beforeAll(async () => {
  database = await testDatabase();
  const [acme] = await tenants(database.db, "acme");
  edge = await startEdge(database, {
    channels: {
      connect: (_, wish) => {
        wishes.push(wish);
        return outcome();
      },
    },
  });
  if (acme) key = { authorization: `Bearer ${(await newKey(edge, acme)).key}` };
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});
beforeEach(() => {
  wishes = [];
  outcome = async () => {
    throw new AppError("credential_claimed");
  };
});

const connect = (body: unknown, headers = {}) =>
  postJson(`${edge.url}/api/v1/channels/connect`, body, { ...key, ...headers });

describe("a request that is not understood", () => {
  test.each([
    ["is not JSON", "{", [""]],
    ["is empty", "", [""]],
    ["is not UTF-8", Buffer.from([0x22, 0xff, 0x22]), [""]],
    ["is no object", "[]", [""]],
    ["lacks the channel", `{"credential":"${CANARY}"}`, ["channel"]],
    ["names an account", `{"channel":"telegram","accountId":"tenant-other"}`, ["accountId"]],
    [
      "has many faults",
      `{"channel":"No!","credential":"","force":1,"x":2}`,
      ["channel", "credential", "force", "x"],
    ],
    ["has an empty credential", `{"channel":"telegram","credential":"   "}`, ["credential"]],
    ["has a huge credential", `{"channel":"telegram","credential":"${"x".repeat(4097)}"}`, ["credential"]],
    ["has a credential over several lines", `{"channel":"telegram","credential":"a\\nb"}`, ["credential"]],
    [
      "has a huge named credential",
      `{"channel":"a","credentials":{"botToken":"${"é".repeat(2049)}"}}`,
      ["credentials.botToken"],
    ],
    [
      "has both forms of credential",
      `{"channel":"a","credential":"b","credentials":{"botToken":"c"}}`,
      ["credentials"],
    ],
  ])("is refused with every fault named: %s", async (_, body, paths) => {
    const response = await fetch(`${edge.url}/api/v1/channels/connect`, {
      method: "POST",
      headers: { ...key, "content-type": "application/json" },
      body,
    });
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ type: "application/problem+json", status: 400, code: "invalid_request" });
    expect([...new Set(problem.errors.map(({ path }) => path))].sort()).toEqual(paths);
    expect(wishes).toEqual([]);
  });

  test("never hears a credential back, wherever it was put", async () => {
    for (const body of [
      { channel: CANARY },
      { channel: "telegram", [CANARY]: true },
      { channel: "telegram", credentials: { [CANARY]: "x" } },
      { channel: "telegram", credential: CANARY, credentials: { a: "b" } },
      CANARY,
    ]) {
      expect(await (await connect(body)).text()).not.toContain("canary");
    }
    expect(edge.logged()).not.toContain("canary");
  });

  test.each([undefined, "text/plain", "application/x-www-form-urlencoded", "application/json-seq"])(
    "is refused with its content type %s",
    async (type) => {
      const response = await fetch(`${edge.url}/api/v1/channels/connect`, {
        method: "POST",
        headers: { ...key, ...(type && { "content-type": type }) },
        body: Buffer.from('{"channel":"telegram"}'),
      });
      expect(await problemOf(response)).toMatchObject({ status: 415, code: "unsupported_media_type" });
    },
  );

  test("is refused over 64 KB, whether it declares its length or streams", async () => {
    const body = `{"channel":"telegram","credential":"${"x".repeat(64 * 1024)}"}`;
    const headers = { ...key, "content-type": "application/json" };
    const url = `${edge.url}/api/v1/channels/connect`;
    const declared = await fetch(url, { method: "POST", headers, body });
    expect(await problemOf(declared)).toMatchObject({ status: 413, code: "payload_too_large" });
    const streamed = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request(url, { method: "POST", headers, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      // The server hangs up on what it does not want to read.
      sending.on("error", (error: NodeJS.ErrnoException) =>
        error.code === "EPIPE" ? undefined : reject(error),
      );
      for (let i = 0; i < 8; i++) sending.write(body.slice(i * 8192, (i + 1) * 8192));
      sending.end(body.slice(8 * 8192));
    });
    expect(streamed).toBe(413);
  });

  test("is told apart by route and method", async () => {
    expect(await problemOf(await fetch(`${edge.url}/api/v1/nothing`))).toMatchObject({
      status: 404,
      code: "not_found",
    });
    const wrongMethod = await fetch(`${edge.url}/api/v1/channels/connect`, { headers: key });
    expect(wrongMethod.headers.get("allow")).toBe("POST");
    expect(await problemOf(wrongMethod)).toMatchObject({ status: 405, code: "method_not_allowed" });
  });

  test("is not looked at before its sender is known", async () => {
    const response = await postJson(`${edge.url}/api/v1/channels/connect`, { nonsense: true });
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await problemOf(response)).toMatchObject({ status: 401, code: "unauthenticated" });
  });
});

describe("an answer", () => {
  test("carries the request's id, and the sender's own where it is well-formed", async () => {
    const own = await connect({}, { "x-request-id": "trace-0123456789" });
    expect(own.headers.get("x-request-id")).toBe("trace-0123456789");
    expect((await problemOf(own)).requestId).toBe("trace-0123456789");
    for (const bad of ["short", "with space 12345", "x".repeat(129)]) {
      const response = await connect({}, { "x-request-id": bad });
      expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test("of a known failure has its code and its Retry-After", async () => {
    expect(await problemOf(await connect({ channel: "a" }))).toMatchObject({
      status: 409,
      code: "credential_claimed",
    });
    outcome = async () => {
      throw new AppError("rate_limited", { retryAfterS: 1.2 });
    };
    const limited = await connect({ channel: "a" });
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "2"]);
  });

  test("of an unexpected failure tells nothing but its id, under which the log tells all", async () => {
    outcome = async () => {
      throw new Error("secret inner workings");
    };
    const response = await connect({ channel: "a" });
    const body = await response.text();
    expect([response.status, JSON.parse(body).code]).toEqual([500, "internal_error"]);
    expect(body).not.toContain("inner workings");
    const line = edge
      .logged()
      .split("\n")
      .find((text) => text.includes("inner workings"));
    expect(line).toContain(JSON.parse(body).requestId);
  });

  test("reaches the handler with the wish as it was parsed", async () => {
    const answer: ConnectResponse = JSON.parse(
      '{"accountId":"tenant-acme","channel":"telegram","status":"connecting","displayName":null,"error":null}',
    );
    outcome = async () => answer;
    const response = await connect({ channel: "telegram", credential: ` ${CANARY} ` });
    expect([response.status, await response.json()]).toEqual([200, answer]);
    expect(wishes).toEqual([{ channel: "telegram", credential: CANARY }]);
  });

  test("of a health check needs nobody signed in", async () => {
    expect((await fetch(`${edge.url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${edge.url}/readyz`)).json()).toMatchObject({ ready: true });
  });
});
