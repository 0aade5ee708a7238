/** What agents are told and with whom they spoke, as it stands on the gateway's disk. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createAgentStore } from "../src/agent-store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cogni-agents-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const brief = { instructions: "x", greeting: "y", model: null };

test("a conversation is the first once, also after a restart and of many that ask at once", async () => {
  const asked = await Promise.all(
    Array.from({ length: 20 }, () => createAgentStore(folder).isFirst("tenant-acme", "agent:a:direct:1")),
  );
  expect(asked.filter(Boolean)).toHaveLength(1);
  expect(await createAgentStore(folder).isFirst("tenant-acme", "agent:a:direct:2")).toBe(true);
  expect(await createAgentStore(folder).isFirst("tenant-beta", "agent:a:direct:1")).toBe(true);
});

test("what was edited into no brief counts as none, so that it is told anew", async () => {
  const store = createAgentStore(folder);
  await store.write("tenant-acme", brief);
  for (const damaged of ["{", "null", '{"instructions": 1}']) {
    writeFileSync(join(folder, "tenant-acme", "brief.json"), damaged);
    expect(await store.read("tenant-acme")).toBeNull();
    expect(await store.digests()).toEqual({});
  }
});

test("an agent that is no tenant's is not written, whatever it is called", async () => {
  const store = createAgentStore(folder);
  for (const wrong of ["nobody", "../tenant-acme", "tenant-../x", "", 7, undefined]) {
    await expect(store.write(wrong, brief)).rejects.toThrow(TypeError);
  }
  expect(await store.digests()).toEqual({});
});
