import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { forgetSuspended, isSuspended, registerSuspended } from "../src/suspended.ts";

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "cogni-suspended-"));
  vi.stubEnv("OPENCLAW_STATE_DIR", state);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(state, { recursive: true, force: true });
});

/** As the control plane asks; whether it was taken. */
async function suspend(agentIds: unknown): Promise<boolean> {
  let handle: (call: object) => Promise<void> = async () => undefined;
  const registerGatewayMethod = (_: string, handler: typeof handle) => {
    handle = handler;
  };
  registerSuspended({ registerGatewayMethod } as never);
  let taken = false;
  await handle({
    params: { agentIds },
    respond: (ok: boolean) => {
      taken = ok;
    },
  });
  return taken;
}

test("who is suspended stands in a file, so that it holds over a restart, until another list is told", async () => {
  expect(isSuspended("tenant-acme")).toBe(false);
  expect(await suspend(["tenant-acme", "tenant-umbrella"])).toBe(true);
  expect([isSuspended("tenant-acme"), isSuspended("tenant-acm")]).toEqual([true, false]);
  forgetSuspended("tenant-acme");
  expect([isSuspended("tenant-acme"), isSuspended("tenant-umbrella")]).toEqual([false, true]);
  expect(await suspend([])).toBe(true);
  expect(isSuspended("tenant-umbrella")).toBe(false);
});

test("a list that is none is refused, and a file that is none lets no call out", async () => {
  for (const wrong of [undefined, "tenant-acme", [1], ["../x"], ["nobody"]])
    expect(await suspend(wrong)).toBe(false);
  await suspend(["tenant-acme"]);
  writeFileSync(join(state, "cogni-bridge", "suspended.json"), "{}");
  expect(() => isSuspended("tenant-umbrella")).toThrow(/no list/);
});
