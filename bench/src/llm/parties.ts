/** Who stands in front of the upstream: nobody, nginx, Portkey's gateway and our role, each in processes of its own. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../dev-env/src/ports.ts";

export interface Party {
  readonly name: string;
  /** Of chat completions. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the processes that do the work; empty for the bare upstream. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** As docs/operations/install.md says for a process that serves LLM calls alone: what a call leaves behind is dead before it is moved. */
const LLM_HEAP_FLAGS = ["--max-semi-space-size=16", "--max-old-space-size=512"];
const HOST = "127.0.0.1";
const ROOT = join(import.meta.dirname, "..", "..", "..");
const PORTKEY = join(ROOT, "bench/portkey/node_modules/@portkey-ai/gateway/build/start-server.js");
const START_MS = 20_000;

export async function startUpstream(): Promise<Party & { readonly origin: string }> {
  const { child, origin } = await startHere("upstream-process.ts");
  const url = `${origin}/v1/chat/completions`;
  return { name: "bare", origin, url, headers: {}, pids: [], stop: () => ended(child) };
}

/** What a proxy of our kind costs that does nothing: the measure of the machine, too. */
export async function startPassThrough(upstream: string): Promise<Party> {
  const { child, origin } = await startHere("pass-through-process.ts", upstream);
  const url = `${origin}/v1/chat/completions`;
  return { name: "a bare pass-through", url, headers: {}, pids: [pidOf(child)], stop: () => ended(child) };
}

async function startHere(
  file: string,
  ...args: readonly string[]
): Promise<{ readonly child: ChildProcess; readonly origin: string }> {
  const child = spawn(process.execPath, [...LLM_HEAP_FLAGS, join(import.meta.dirname, file), ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = await once(createInterface(child.stdout), "line");
  return { child, origin: `http://${HOST}:${port}` };
}

/** Null: nginx is not installed here. */
export async function startNginx(upstream: string): Promise<Party | null> {
  if (spawnSync("nginx", ["-v"]).error) return null;
  const folder = mkdtempSync(join(tmpdir(), "cogni-bench-nginx-"));
  const port = await freePort();
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (of) => `${of}_temp_path ${folder}/${of};`,
  );
  writeFileSync(
    join(folder, "nginx.conf"),
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
     events { worker_connections 4096; }
     http { access_log off; keepalive_requests 100000000; ${temp.join(" ")}
       upstream bare { server ${new URL(upstream).host}; keepalive 256; keepalive_requests 100000000; }
       server { listen ${HOST}:${port} backlog=1024;
         location / { proxy_pass http://bare; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; } } }`,
  );
  const child = spawn("nginx", ["-p", folder, "-c", join(folder, "nginx.conf")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = `http://${HOST}:${port}/v1/chat/completions`;
  await answering(url, {}, child);
  const workers = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ");
  return {
    name: "nginx",
    url,
    headers: {},
    pids: workers.map(Number),
    async stop() {
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Null: it is not installed (bench/README.md says how). */
export async function startPortkey(upstream: string): Promise<Party | null> {
  if (!existsSync(PORTKEY)) return null;
  const port = await freePort();
  const child = spawn(process.execPath, [PORTKEY, `--port=${port}`, "--headless"], {
    env: { PATH: process.env.PATH, NODE_ENV: "production" },
    stdio: "ignore",
  });
  const headers = {
    authorization: "Bearer none",
    "x-portkey-provider": "openai",
    "x-portkey-custom-host": `${upstream}/v1`,
  };
  const url = `http://${HOST}:${port}/v1/chat/completions`;
  await answering(url, headers, child);
  return { name: "Portkey", url, headers, pids: [pidOf(child)], stop: () => ended(child) };
}

/** @param env of a process with the role `llm` alone, but for its port */
export async function startOurs(env: NodeJS.ProcessEnv, key: string): Promise<Party> {
  const port = await freePort();
  const child = spawn(process.execPath, [...LLM_HEAP_FLAGS, join(ROOT, "server/bin/serve.ts")], {
    env: { PATH: process.env.PATH, ...env, ROLES: "llm", LLM_PORT: String(port), LOG_LEVEL: "error" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  // What the gateway's plugin adds to a call of a message.
  const headers = {
    authorization: `Bearer ${key}`,
    "x-cogni-channel": "telegram",
    "x-cogni-conversation": "c".repeat(43),
    "x-cogni-end-user": "u".repeat(43),
  };
  const url = `http://${HOST}:${port}/v1/chat/completions`;
  await answering(url, headers, child);
  return { name: "ours", url, headers, pids: [pidOf(child)], stop: () => ended(child) };
}

async function answering(
  url: string,
  headers: Readonly<Record<string, string>>,
  child: ChildProcess,
): Promise<void> {
  const until = performance.now() + START_MS;
  const body = JSON.stringify({
    model: "echo",
    messages: [{ role: "user", content: "hello" }],
    max_tokens: 10,
  });
  for (;;) {
    const asked = { method: "POST", body, headers: { ...headers, "content-type": "application/json" } };
    const answer = await fetch(url, asked).catch(() => null);
    await answer?.text();
    if (answer?.ok) return;
    if (child.exitCode !== null || performance.now() > until) {
      await ended(child);
      throw new Error(`${url} does not come to answer${answer ? `: HTTP ${answer.status}` : ""}`);
    }
    await sleep(100);
  }
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error("a process did not start");
  return pid;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill();
  await once(child, "exit");
}
