import { describe, expect, test } from "vitest";
import { createClosing } from "../../src/closing.ts";
import { AppError } from "../../src/errors.ts";
import { type Component, createMonitor, type Finding } from "../../src/health/monitor.ts";
import { createLogger } from "../../src/log.ts";

const OK: Finding = { status: "ok" };

/** Looks at once, whatever was seen a moment ago. */
function monitorOf(components: readonly Component[]) {
  const lines: string[] = [];
  const log = createLogger("info", { write: (line) => void lines.push(line) });
  const closing = createClosing(log);
  return { monitor: createMonitor(components, closing, log, 0), closing, lines };
}

const part = (name: string, look: Component["look"], required = false): Component => ({
  name,
  required,
  look,
});

describe("what a process lacks", () => {
  test("is told part by part, with the reason and since when, what is needed first", async () => {
    let found = OK;
    const { monitor, lines } = monitorOf([
      part("gateway", () => ({ status: "failing", problem: "it does not answer", detail: "ECONNREFUSED" })),
      part("database", () => found, true),
    ]);
    const first = await monitor.look();
    expect(first).toMatchObject({
      ready: true,
      status: "degraded",
      missing: ["gateway: it does not answer"],
    });
    found = { status: "failing", problem: "it is gone" };
    const second = await monitor.look();
    expect(second).toMatchObject({
      ready: false,
      status: "unready",
      missing: ["database: it is gone", "gateway: it does not answer"],
    });
    expect(second.components[0]?.since).toEqual(first.components[0]?.since);
    expect(second.components[1]?.since.getTime()).toBeGreaterThanOrEqual(first.since.getTime());
    found = OK;
    expect(await monitor.look()).toMatchObject({ ready: true, status: "degraded" });
    const logged = lines.map((line) => JSON.parse(line)).map(({ component, msg }) => `${component}: ${msg}`);
    expect(logged).toEqual([
      "gateway: a component fails",
      "database: a component fails",
      "database: a component is well again",
    ]);
  });

  test("is not known where the database is away, and is not named twice", async () => {
    const { monitor } = monitorOf([
      part("database", () => ({ status: "failing", problem: "it does not answer" }), true),
      part("encryption keys", () => Promise.reject(new AppError("database_unavailable"))),
    ]);
    const { missing, components } = await monitor.look();
    expect(missing).toEqual(["database: it does not answer"]);
    expect(components.map(({ status }) => status)).toEqual(["failing", "unknown"]);
  });

  test("is told in time, also of a part that never answers", async () => {
    const { monitor } = monitorOf([part("gateway", () => new Promise(() => undefined))]);
    expect((await monitor.look()).missing).toEqual(["gateway: it does not answer in time"]);
  });

  test("is not ready from the moment on that it is ending", async () => {
    const { monitor, closing } = monitorOf([part("database", () => OK, true)]);
    expect(await monitor.look()).toMatchObject({ ready: true, status: "ready" });
    const ending = closing.run({ graceMs: 50, totalMs: 1_000 });
    expect(await monitor.look()).toMatchObject({ ready: false, status: "draining", since: closing.since() });
    await ending;
  });
});
