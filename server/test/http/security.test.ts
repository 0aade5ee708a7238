import type { IncomingHttpHeaders } from "node:http";
import { type DisconnectResponse, TENANT_HEADER } from "@cogni/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RequestMeta } from "../../src/db/audit.ts";
import { type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import {
  cookieOf,
  type Edge,
  newKey,
  PUBLIC_URL,
  postJson,
  problemOf,
  signIn,
  startEdge,
} from "../support/edge.ts";

let database: TestDatabase;
let edge: Edge;
let cookie: string;
let key: string;
let seen: RequestMeta[] = [];
let shownToPage: IncomingHttpHeaders = {};

beforeAll(async () => {
  database = await testDatabase();
  const [acme] = await tenants(database.db, "acme");
  if (!acme) throw new Error("no tenant");
  edge = await startEdge(database, {
    channels: {
      disconnect: async (_, { channel }, meta): Promise<DisconnectResponse> => {
        seen.push(meta);
        return { channel, status: "disconnected" };
      },
    },
    pages: {
      handle: async (incoming, outgoing) => {
        shownToPage = incoming.headers;
        outgoing.setHeader("content-type", "text/html").end("<!doctype html>");
      },
      close: async () => undefined,
    },
  });
  cookie = cookieOf(await signIn(edge, acme, "ann@acme.test"));
  key = (await newKey(edge, acme)).key;
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

const disconnect = (headers: Readonly<Record<string, string>>) => {
  seen = [];
  return postJson(
    `${edge.url}/api/v1/channels/disconnect`,
    { channel: "telegram" },
    {
      [TENANT_HEADER]: "acme",
      ...headers,
    },
  );
};

describe("another site", () => {
  test.each<Record<string, string>>([
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: `${PUBLIC_URL}:81` },
    { origin: "https://console.test" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
  ])("changes nothing with a signed-in browser: %j", async (headers) => {
    expect(await problemOf(await disconnect({ cookie, ...headers }))).toMatchObject({
      status: 403,
      code: "forbidden",
    });
    expect(seen).toEqual([]);
    const signOut = await fetch(`${edge.url}/api/auth/sign-out`, {
      method: "POST",
      headers: { cookie, ...headers },
    });
    expect(signOut.status).toBe(403);
  });

  test("cannot sign its visitors in", async () => {
    const headers = { origin: "https://evil.example" };
    const response = await postJson(
      `${edge.url}/api/auth/sign-in/email`,
      { email: "a@b.test", password: "x" },
      headers,
    );
    expect(response.status).toBe(403);
  });

  test("is allowed nothing by CORS", async () => {
    const preflight = await fetch(`${edge.url}/api/v1/channels/disconnect`, {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    });
    expect([...preflight.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  test.each<Record<string, string>>([{ origin: PUBLIC_URL }, { "sec-fetch-site": "same-origin" }, {}])(
    "is not what our own pages and plain programs are: %j",
    async (headers) => {
      expect((await disconnect({ cookie, ...headers })).status).toBe(200);
    },
  );

  test("is no matter where a key was sent, which no browser adds by itself", async () => {
    const response = await disconnect({
      authorization: `Bearer ${key}`,
      origin: "https://elsewhere.example",
    });
    expect(response.status).toBe(200);
  });
});

describe("a page", () => {
  test("runs under a policy with a fresh nonce, which it is told", async () => {
    const policies: string[] = [];
    for (let i = 0; i < 2; i++) {
      const response = await fetch(`${edge.url}/channels`, {
        headers: { "content-security-policy": "script-src 'unsafe-inline'" },
      });
      const policy = response.headers.get("content-security-policy") ?? "";
      expect(shownToPage["content-security-policy"]).toBe(policy);
      policies.push(policy);
    }
    expect(policies[0]).not.toBe(policies[1]);
    const directives = new Map(
      policies[0]?.split("; ").map((directive) => {
        const [name, ...sources] = directive.split(" ");
        return [name, sources.join(" ")] as const;
      }),
    );
    expect(directives.get("default-src")).toBe("'none'");
    expect(directives.get("frame-ancestors")).toBe("'none'");
    expect(directives.get("base-uri")).toBe("'none'");
    for (const name of ["script-src", "style-src"]) {
      expect(directives.get(name)).toMatch(/'nonce-[\w+/]{22}=='/);
      expect(directives.get(name)).not.toMatch(/unsafe/);
    }
  });

  test("is not told what a stranger claims of the way the request came", async () => {
    await fetch(`${edge.url}/`, {
      headers: { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" },
    });
    expect(shownToPage).not.toHaveProperty("x-forwarded-host");
    expect(shownToPage).not.toHaveProperty("x-forwarded-proto");
  });

  test("never stands at an address of the API", async () => {
    const response = await fetch(`${edge.url}/api/`, { headers: { accept: "text/html" } });
    expect(await problemOf(response)).toMatchObject({ type: "application/problem+json", status: 404 });
  });
});

describe("every answer", () => {
  test.each(["/", "/api/v1/me", "/api/nothing", "/healthz"])("protects its reader: %s", async (path) => {
    const { headers } = await fetch(edge.url + path);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("same-origin");
    expect(headers.get("permissions-policy")).toContain("camera=()");
    expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
    expect(headers.get("x-request-id")).toBeTruthy();
    expect(headers.get("x-powered-by")).toBeNull();
    // Over plain HTTP it would be ignored, and on localhost it would break every other program there.
    expect(headers.get("strict-transport-security")).toBeNull();
  });
});

describe("behind a proxy with TLS", () => {
  test("answers ask for HTTPS only, and the trusted proxy's word on the address counts", async () => {
    const forwarded = { "x-forwarded-for": "198.51.100.7, 203.0.113.9, 127.0.0.5" };
    await disconnect({ authorization: `Bearer ${key}`, ...forwarded });
    expect(seen.map(({ remoteAddress }) => remoteAddress)).toEqual(["127.0.0.1"]);

    const addresses: string[] = [];
    const behind = await startEdge(database, {
      env: { PUBLIC_URL: "https://channels.example", TRUSTED_PROXIES: "127.0.0.0/8" },
      channels: {
        disconnect: async (_, { channel }, meta) => {
          addresses.push(meta.remoteAddress);
          return { channel, status: "disconnected" };
        },
      },
    });
    try {
      const response = await postJson(
        `${behind.url}/api/v1/channels/disconnect`,
        { channel: "telegram" },
        { authorization: `Bearer ${key}`, ...forwarded },
      );
      expect(response.headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}/);
      // The nearest hop that is no proxy of ours; what stands further left is the client's own claim.
      expect(addresses).toEqual(["203.0.113.9"]);
    } finally {
      await behind.close();
    }
  });
});
