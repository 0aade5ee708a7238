import { execFile } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveRequestSchema, resolveResponseSchema } from "@cogni/contract";
import { afterEach, expect, test } from "vitest";
import { writeLauncher } from "../resolver/launcher.ts";

const TOKEN = "gateway-token-canary";
const VALUE = "123:credential-canary";
const ID = "tenant/acme/telegram/v1/botToken";
const request = { protocolVersion: 1, provider: "cogni", ids: [ID, "llm/upstream"] };
const unavailable = {
  protocolVersion: 1,
  values: {},
  errors: { [ID]: { code: "UNAVAILABLE" }, "llm/upstream": { code: "UNAVAILABLE" } },
};

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** Runs the launcher as the gateway does: an absolute path, no arguments, hardly any environment. */
async function resolve(controlPlane: RequestListener | null, timeoutMs = 5000) {
  const folder = join(mkdtempSync(join(tmpdir(), "cogni-resolver-")), "it's here");
  cleanups.push(() => rmSync(join(folder, ".."), { recursive: true }));
  const server = createServer(controlPlane ?? (() => undefined)).listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as AddressInfo;
  cleanups.push(() => server.close().closeAllConnections());
  if (!controlPlane) server.close();
  const internalUrl = `http://127.0.0.1:${port}`;
  const launcher = writeLauncher({ folder, internalUrl, token: TOKEN, timeoutMs });
  const run = new Promise<{ stdout: string; stderr: string }>((done, fail) => {
    const child = execFile(launcher, { env: {} }, (error, stdout, stderr) =>
      error ? fail(error) : done({ stdout, stderr }),
    );
    child.stdin?.end(JSON.stringify(request));
  });
  const { stdout, stderr } = await run;
  return { launcher, folder, stderr, answer: resolveResponseSchema.parse(JSON.parse(stdout)) };
}

test("the gateway's request reaches the control plane with the gateway's token, and the answer comes back", async () => {
  const seen: unknown[] = [];
  const { answer, stderr } = await resolve(async (incoming, response) => {
    const body = (await incoming.toArray()).join("");
    seen.push(incoming.method, incoming.url, incoming.headers.authorization);
    expect(resolveRequestSchema.parse(JSON.parse(body))).toEqual(request);
    response.end(
      JSON.stringify({
        protocolVersion: 1,
        values: { [ID]: VALUE },
        errors: { "llm/upstream": { code: "NOT_FOUND" } },
      }),
    );
  });
  expect(seen).toEqual(["POST", "/internal/v1/secrets", `Bearer ${TOKEN}`]);
  expect(answer).toEqual({
    protocolVersion: 1,
    values: { [ID]: VALUE },
    errors: { "llm/upstream": { code: "NOT_FOUND" } },
  });
  expect(stderr).toBe("");
});

test("a control plane that is down leaves every id unavailable, and the resolver alive", async () => {
  expect((await resolve(null)).answer).toEqual(unavailable);
});

test("a control plane that does not answer is given up in time", async () => {
  const startedAt = Date.now();
  expect((await resolve(() => undefined, 300)).answer).toEqual(unavailable);
  expect(Date.now() - startedAt).toBeLessThan(10_000);
});

test("a refusal, an error page and half an answer leave every id unavailable", async () => {
  const refusing: RequestListener = (_, response) => void response.writeHead(401).end("{}");
  const page: RequestListener = (_, response) => void response.end(`<html>${VALUE}</html>`);
  const half: RequestListener = (_, response) => {
    response.writeHead(200, { "content-length": "500" }).write(`{"values":{"x":"${VALUE}"`);
    setTimeout(() => response.destroy(), 50);
  };
  for (const controlPlane of [refusing, page, half]) {
    const { answer, stderr } = await resolve(controlPlane);
    expect(answer).toEqual(unavailable);
    expect(stderr).toMatch(/no credentials/);
    expect(stderr).not.toContain(VALUE);
    expect(stderr).not.toContain(TOKEN);
  }
});

test("the launcher is a regular file for its owner alone, and the token stands in none that others can read", async () => {
  const { launcher, folder } = await resolve(null);
  expect(lstatSync(launcher).isFile()).toBe(true);
  expect(lstatSync(launcher).mode & 0o777).toBe(0o700);
  expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  expect(readFileSync(launcher, "utf8")).not.toContain(TOKEN);
  expect(lstatSync(join(folder, "resolver.json")).mode & 0o777).toBe(0o600);
});
