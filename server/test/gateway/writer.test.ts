import { expect, test } from "vitest";
import { AppError } from "../../src/errors.ts";
import { GatewayRpcError, type GatewayRpcErrorKind } from "../../src/gateway/errors.ts";
import { createMergePatch, type JsonObject, type MergePatch, withValue } from "../../src/gateway/json.ts";
import { createWriteBudget, GATEWAY_WRITE_LIMITS } from "../../src/gateway/write-budget.ts";
import { type ConfigEdit, createConfigWriter } from "../../src/gateway/writer.ts";

const refusal = (kind: GatewayRpcErrorKind, retryAfterMs?: number) =>
  new GatewayRpcError(kind, "config.patch", { cause: null, retryAfterMs });

const setting =
  (key: string, value: string | string[] | undefined = "set"): ConfigEdit =>
  (config) =>
    withValue(config, ["keys", key], value);

/** A gateway's config whose writes end as told: one entry per write, `null` for success. */
function scripted(initial: JsonObject = {}) {
  const state = { config: initial, hash: 0 };
  const patches: MergePatch[] = [];
  const named: string[][] = [];
  const failures: (Error | null)[] = [];
  /** Held writes wait until `release`. */
  let gate: PromiseWithResolvers<void> | null = null;
  return {
    state,
    patches,
    named,
    failures,
    hold: () => {
      gate = Promise.withResolvers();
    },
    release: () => gate?.resolve(),
    store: {
      read: async () => ({ config: state.config, hash: String(state.hash) }),
      async write(patch: MergePatch, baseHash: string, replacePaths: string[]) {
        patches.push(patch);
        named.push(replacePaths);
        await gate?.promise;
        const failure = failures.shift();
        if (failure) throw failure;
        if (baseHash !== String(state.hash)) throw refusal("conflict");
        state.hash += 1;
        for (const key of Object.keys((patch.keys ?? {}) as JsonObject)) {
          const value = (patch.keys as JsonObject)[key];
          state.config = withValue(state.config, ["keys", key], value ?? undefined);
        }
      },
    },
  };
}
const writerOf = ({ store }: ReturnType<typeof scripted>) =>
  createConfigWriter(store, createWriteBudget(GATEWAY_WRITE_LIMITS));

test("an edit is committed at once when nothing else is, and what comes meanwhile shares the next commit", async () => {
  const gateway = scripted();
  const writer = writerOf(gateway);
  gateway.hold();
  const first = writer.submit(setting("first"));
  await expect.poll(() => gateway.patches.length).toBe(1);
  const rest = Promise.all(Array.from({ length: 59 }, (_, n) => writer.submit(setting(`n${n}`))));
  gateway.release();
  await Promise.all([first, rest]);
  expect(gateway.patches).toHaveLength(2);
  expect(Object.keys(gateway.state.config.keys as JsonObject)).toHaveLength(60);
});

test("an edit that changes nothing writes nothing", async () => {
  const gateway = scripted({ keys: { a: "set" } });
  await writerOf(gateway).submit(setting("a"));
  expect(gateway.patches).toEqual([]);
});

test("a config that changed meanwhile is read and computed again, and nobody's change is lost", async () => {
  const gateway = scripted();
  const writer = writerOf(gateway);
  gateway.hold();
  const done = writer.submit(setting("ours"));
  await expect.poll(() => gateway.patches.length).toBe(1);
  gateway.state.config = { keys: { theirs: "kept" } };
  gateway.state.hash += 1;
  gateway.release();
  await done;
  expect(gateway.state.config).toEqual({ keys: { theirs: "kept", ours: "set" } });
});

test("five conflicts are overcome, a sixth is told", async () => {
  const gateway = scripted();
  gateway.failures.push(...Array.from({ length: 5 }, () => refusal("conflict")));
  await writerOf(gateway).submit(setting("a"));
  expect(gateway.patches).toHaveLength(6);

  gateway.failures.push(...Array.from({ length: 6 }, () => refusal("conflict")));
  await expect(writerOf(gateway).submit(setting("b"))).rejects.toMatchObject({ kind: "conflict" });
});

test("when the gateway says to wait, the writer waits as long and writes again", async () => {
  const gateway = scripted();
  gateway.failures.push(refusal("rate_limited", 60));
  const before = Date.now();
  await writerOf(gateway).submit(setting("a"));
  expect(Date.now() - before).toBeGreaterThanOrEqual(59);
  expect(gateway.patches).toHaveLength(2);
});

test("an edit that the gateway refuses fails alone: its neighbours in the commit are written", async () => {
  const gateway = scripted();
  const write = gateway.store.write;
  gateway.store.write = async (patch, hash, paths) => {
    if ("bad" in (patch.keys as JsonObject)) throw refusal("invalid");
    return write(patch, hash, paths);
  };
  const writer = writerOf(gateway);
  const names = ["a", "b", "bad", "c", "d"];
  const outcomes = await Promise.allSettled(names.map((name) => writer.submit(setting(name))));
  expect(outcomes.map(({ status }) => status)).toEqual([
    "fulfilled",
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
  expect(gateway.state.config).toEqual({ keys: { a: "set", b: "set", c: "set", d: "set" } });
});

test("what removes more than half of the config at once, which the gateway refuses, is written in parts", async () => {
  const names = Array.from({ length: 40 }, (_, n) => `account${n}`);
  const gateway = scripted({ keys: Object.fromEntries(names.map((name) => [name, "set"])) });
  const write = gateway.store.write;
  gateway.store.write = async (patch, hash, paths) => {
    const keys = Object.keys(gateway.state.config.keys as JsonObject).length;
    if (Object.keys(patch.keys as JsonObject).length > keys / 2) throw refusal("shrinks");
    return write(patch, hash, paths);
  };
  const writer = writerOf(gateway);
  const kept = names.splice(0, 4);
  await Promise.all(
    names.map((name) => writer.submit((config) => withValue(config, ["keys", name], undefined))),
  );
  expect(Object.keys(gateway.state.config.keys as JsonObject)).toEqual(kept);
});

test("an edit that throws fails alone", async () => {
  const gateway = scripted();
  const writer = writerOf(gateway);
  const broken = writer.submit(() => {
    throw new Error("cannot compute");
  });
  const good = writer.submit(setting("a"));
  await expect(broken).rejects.toThrow("cannot compute");
  await good;
  expect(gateway.patches).toHaveLength(1);
});

test("a gateway that is away fails what is under way, and later edits are tried anew", async () => {
  const gateway = scripted();
  gateway.failures.push(new AppError("gateway_unreachable"));
  const writer = writerOf(gateway);
  await expect(writer.submit(setting("a"))).rejects.toMatchObject({ code: "gateway_unreachable" });
  await writer.submit(setting("b"));
  expect(gateway.state.config).toEqual({ keys: { b: "set" } });
});

test("arrays that a write shortens are named, for the gateway refuses it otherwise", async () => {
  const gateway = scripted({ keys: { list: ["x", "y"] } });
  await writerOf(gateway).submit(setting("list", ["y"]));
  expect(gateway.named).toEqual([["keys.list"]]);
});

test("RPCs that write config run alone, and both kinds get their turn", async () => {
  const gateway = scripted();
  const writer = writerOf(gateway);
  let running = 0;
  let overlaps = 0;
  const enter = async (): Promise<void> => {
    running += 1;
    if (running > 1) overlaps += 1;
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  const write = gateway.store.write;
  gateway.store.write = async (...args) => {
    await enter();
    return write(...args);
  };
  await Promise.all(
    Array.from({ length: 60 }, async (_, n) => {
      await writer.exclusive(enter);
      await writer.submit(setting(`n${n}`));
    }),
  );
  expect(overlaps).toBe(0);
  expect(gateway.patches.length).toBeLessThanOrEqual(13);
});

test.each([0, 1, 2, 3, 4, 5, 6])(
  "what comes %d microtasks after the last one ended is not forgotten",
  async (gap) => {
    const writer = writerOf(scripted());
    for (let turn = 0; turn < 3; turn += 1) {
      await writer.exclusive(async () => undefined);
      for (let count = 0; count < gap; count += 1) await Promise.resolve();
      await writer.submit(setting(`turn${turn}`));
      for (let count = 0; count < gap; count += 1) await Promise.resolve();
    }
  },
);

test("an RPC that fails tells its caller and holds nobody up", async () => {
  const writer = writerOf(scripted());
  await expect(writer.exclusive(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await expect(writer.exclusive(async () => "yes")).resolves.toBe("yes");
});

test("closing refuses what waits for its turn", async () => {
  const gateway = scripted();
  gateway.failures.push(refusal("rate_limited", 60_000));
  const writer = writerOf(gateway);
  const waiting = writer.submit(setting("a"));
  await expect.poll(() => gateway.patches.length).toBe(1);
  const refused = expect(waiting).rejects.toMatchObject({ code: "gateway_unreachable" });
  await writer.close();
  await refused;
});

test("what is written is the smallest patch", async () => {
  const gateway = scripted({ keys: { a: "old", b: "kept" } });
  await writerOf(gateway).submit(setting("a", "new"));
  expect(gateway.patches).toEqual([createMergePatch({ keys: { a: "old" } }, { keys: { a: "new" } })]);
});
