import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type TestDatabase, tenants, testDatabase } from "../support/database.ts";
import { type Edge, startEdge } from "../support/edge.ts";
import { flakyDatabase } from "../support/flaky-database.ts";

let database: TestDatabase;
let edge: Edge;
beforeAll(async () => {
  database = await testDatabase();
  await tenants(database.db, "acme");
  edge = await startEdge(database);
});
afterAll(async () => {
  await edge.close();
  await database.drop();
});

interface Body {
  status: string;
  ready: boolean;
  missing: string[];
  components: { name: string; status: string; since: string; detail?: string }[];
}
const readyz = async (url: string): Promise<Body> => (await (await fetch(`${url}/readyz`)).json()) as Body;

describe("the probes", () => {
  test("tell part by part what is missing and since when, to programs and to people", async () => {
    const response = await fetch(`${edge.url}/readyz`);
    const text = await response.text();
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(text.split("\n").length).toBeGreaterThan(10);
    const body = JSON.parse(text) as Body;
    // Nobody reconciles here, so nothing is seen of the gateway.
    expect(body).toMatchObject({ ready: true, status: "degraded" });
    expect(body.missing).toContain("gateway: it does not answer");
    const names = [
      "database",
      "schema",
      "connections",
      "encryption keys",
      "notifications",
      "gateway",
      "event loop",
      "mail",
    ];
    expect(body.components.map(({ name }) => name)).toEqual([...names, "lease", "internal port"]);
    for (const { since } of body.components) expect(Date.parse(since)).toBeLessThanOrEqual(Date.now());
  });

  test("tell a stranger no reason, no host and no version, and the operator all of it on the internal port", async () => {
    const forStrangers = await readyz(edge.url);
    for (const component of forStrangers.components) {
      expect(Object.keys(component).sort()).toEqual(["name", "since", "status"]);
    }
    const forOperators = await readyz(edge.internalUrl);
    const detailOf = (name: string) => forOperators.components.find((one) => one.name === name)?.detail;
    expect(detailOf("gateway")).toContain("watched by nobody");
    expect(detailOf("schema")).toMatch(/^at \d+$/);
    expect(detailOf("event loop")).toMatch(/longest delay \d+ ms/);
    expect(detailOf("mail")).toContain("data folder");
  });

  test("say that the process lives without asking the database, and that it can't work without it", async () => {
    const flaky = await flakyDatabase(database);
    const cutOff = await startEdge({ ...database, ...flaky.urls });
    try {
      await flaky.cut();
      expect((await fetch(`${cutOff.url}/healthz`)).status).toBe(200);
      await vi.waitFor(async () => {
        expect((await fetch(`${cutOff.url}/readyz`)).status).toBe(503);
        const { ready, status, missing } = await readyz(cutOff.url);
        expect({ ready, status }).toEqual({ ready: false, status: "unready" });
        expect(missing[0]).toBe("database: it does not answer");
      });
      await flaky.restore();
      await vi.waitFor(async () => expect((await fetch(`${cutOff.url}/readyz`)).status).toBe(200), {
        timeout: 10_000,
      });
    } finally {
      await cutOff.close();
      await flaky.cut();
    }
  });

  test("show an event loop that was stuck", async () => {
    const until = Date.now() + 2_100;
    while (Date.now() < until);
    await vi.waitFor(async () => {
      const { missing } = await readyz(edge.url);
      expect(missing.join()).toMatch(/event loop: it was stuck for \d{4} ms/);
    });
    const body = (await (await fetch(`${edge.url}/healthz`)).json()) as {
      eventLoop: { longestDelayMs: number };
    };
    expect(body.eventLoop.longestDelayMs).toBeGreaterThan(2_000);
  });

  test("say not ready from the first moment of the end, while requests are still answered", async () => {
    const ending = await startEdge(database);
    const ended = ending.ctx.closing.run({ graceMs: 1_000, totalMs: 5_000 });
    const response = await fetch(`${ending.url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ ready: false, status: "draining" });
    expect((await fetch(`${ending.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${ending.url}/api/v1/me`)).status).toBe(401);
    await ended;
    await ending.close();
  });
});
