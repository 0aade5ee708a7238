/**
 * The process of the server's that makes tenants and people, as this room may not reach into that one. A test world keeps
 * it from one to the next: starting it takes a second of a machine that has two cores for everything.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { CHECKOUT } from "./control-plane.ts";

const madeSchema = z.array(z.object({ billingAccountId: z.string(), apiKey: z.string().nullable() }));

/**
 * @param env the control plane's environment, which names database and encryption key
 * @param wishes as `server/bin/seed-dev.ts` reads them
 */
export type Seed = (env: NodeJS.ProcessEnv, wishes: object) => Promise<z.infer<typeof madeSchema>>;

export interface Seeder {
  readonly seed: Seed;
  close(): Promise<void>;
}

interface Kept {
  readonly settings: string;
  readonly child: ChildProcessWithoutNullStreams;
  /** Next line of its output. @throws what it complained of, when it ended instead */
  readonly next: () => Promise<string>;
}

/** One wish after the other. For another environment, and after one that failed, there is another process. */
export function createSeeder(): Seeder {
  let kept: Kept | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  async function answer(env: NodeJS.ProcessEnv, wishes: object) {
    const settings = JSON.stringify(env);
    if (kept?.settings !== settings) await end();
    kept ??= start(env, settings);
    kept.child.stdin.write(`${JSON.stringify(wishes)}\n`);
    try {
      return madeSchema.parse(JSON.parse(await kept.next()));
    } catch (error) {
      await end();
      throw error;
    }
  }

  async function end(): Promise<void> {
    const ending = kept?.child;
    kept = null;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const exited = once(ending, "exit");
    ending.stdin.end();
    await exited;
  }

  return {
    seed(env, wishes) {
      const made = turn.then(() => answer(env, wishes));
      turn = made.catch(() => undefined);
      return made;
    },
    async close() {
      await turn;
      await end();
    },
  };
}

export const seedOnce: Seed = async (env, wishes) => {
  const seeder = createSeeder();
  try {
    return await seeder.seed(env, wishes);
  } finally {
    await seeder.close();
  }
};

function start(env: NodeJS.ProcessEnv, settings: string): Kept {
  const child = spawn(process.execPath, [join(CHECKOUT, "server", "bin", "seed-dev.ts")], {
    cwd: CHECKOUT,
    env,
    stdio: "pipe",
  });
  let complaints = "";
  child.stderr.on("data", (piece) => {
    complaints += String(piece);
  });
  // Told by the end of its output.
  child.stdin.on("error", () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    settings,
    child,
    async next() {
      const { value, done } = await lines.next();
      if (!done) return value;
      throw new Error(`The tenants and their people could not be made:\n${complaints.trim()}`);
    },
  };
}
