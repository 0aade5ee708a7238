import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Closing, createClosing, STAGES } from "../src/closing.ts";
import { createLogger } from "../src/log.ts";

const LIMITS = { graceMs: 0, totalMs: 10_000 };

function closingWith(lines: string[] = []): Closing {
  return createClosing(createLogger("debug", { write: (line) => void lines.push(line) }));
}

describe("the end of a process", () => {
  test("comes in one order, whatever was opened first", async () => {
    const closing = closingWith();
    const ended: string[] = [];
    for (const stage of STAGES.toReversed()) {
      closing.add(stage, stage, async () => {
        await sleep(5);
        ended.push(stage);
      });
    }
    expect(await closing.run(LIMITS)).toEqual([]);
    expect(ended.filter((stage) => stage !== "lease")).toEqual(STAGES.filter((stage) => stage !== "lease"));
    expect(ended.indexOf("lease")).toBeLessThan(ended.indexOf("gateways"));
  });

  test("hands the lease over at once, and leaves the ports open for the grace", async () => {
    const closing = closingWith();
    const order: string[] = [];
    closing.onBegin(() => order.push("not ready"));
    closing.add("lease", "lease", () => void order.push("lease"));
    closing.add("requests", "requests", () => void order.push("requests"));
    const beganAt = performance.now();
    const ending = closing.run({ ...LIMITS, graceMs: 150 });
    expect(closing.since()).toBeInstanceOf(Date);
    await sleep(50);
    expect(order).toEqual(["not ready", "lease"]);
    await ending;
    expect(order).toEqual(["not ready", "lease", "requests"]);
    expect(performance.now() - beganAt).toBeGreaterThan(140);
  });

  test("cuts what is left when the time is over, and names it, and still ends what comes after", async () => {
    const lines: string[] = [];
    const closing = closingWith(lines);
    let cut = false;
    let after = false;
    closing.add("background", "webhook deliveries", (signal) => {
      signal.addEventListener("abort", () => {
        cut = true;
      });
      return new Promise(() => undefined);
    });
    closing.add("database", "database", () => {
      after = true;
    });
    expect(await closing.run({ graceMs: 0, totalMs: 100 })).toEqual(["webhook deliveries"]);
    expect([cut, after]).toEqual([true, true]);
    expect(lines.join("")).toContain('"left":["webhook deliveries"]');
  });

  test("is not kept by a part that fails, which the log names", async () => {
    const lines: string[] = [];
    const closing = closingWith(lines);
    let ended = false;
    closing.add("streams", "streams", () => Promise.reject(new Error("no")));
    closing.add("database", "database", () => {
      ended = true;
    });
    expect(await closing.run(LIMITS)).toEqual([]);
    expect(ended).toBe(true);
    expect(lines.join("")).toContain('"part":"streams"');
  });

  test("happens once, however often it is asked for", async () => {
    const closing = closingWith();
    let times = 0;
    closing.add("database", "database", () => {
      times += 1;
    });
    await Promise.all([closing.run(LIMITS), closing.run(LIMITS)]);
    expect(times).toBe(1);
  });
});
