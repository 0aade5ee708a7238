/**
 * The `llm` role: an OpenAI-compatible endpoint that takes tenants' keys alone, lets no call through that their limits have no room
 * for, and writes down what each one used. On a port of its own and without a framework: what a call costs here is paid for each.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { BillingAccountId } from "@cogni/contract";
import type { LlmTenant } from "../db/llm-tenants.ts";
import type { Db } from "../db/pool.ts";
import { AppError } from "../errors.ts";
import type { Logger } from "../log.ts";
import { requestIdOf } from "../request-id.ts";
import type { LlmMetrics } from "../telemetry/llm-metrics.ts";
import type { Timing } from "../timing.ts";
import { type Books, createBooks } from "../usage/books.ts";
import type { PriceTable } from "../usage/prices.ts";
import type { LlmKeys } from "../vault/llm-keys.ts";
import { badBody, PROBLEMS, sendJson, sendProblem } from "./answers.ts";
import type { Drains } from "./call.ts";
import { createTurns } from "./caller.ts";
import { createMakeCall, type MakeCall, type MeteredRoute, type UnderWay } from "./make-call.ts";
import { BadPrompt, parsePrompt } from "./prompt.ts";
import { createLlmTenants } from "./tenants.ts";
import type { Upstream } from "./upstream.ts";

export interface LlmRole {
  readonly listener: RequestListener;
  /** What is known of the tenant is old; null: of all tenants, and of prices. */
  changed(tenant: BillingAccountId | null): void;
  setPrices(prices: PriceTable): void;
  /** Writes down what calls have used by now. */
  settle(): Promise<void>;
  start(): void;
  /** When no call is under way any more: everything is written, and what was held of limits given back. */
  stop(cut: AbortSignal): Promise<void>;
}

export interface LlmRoleDeps {
  readonly db: Db;
  readonly keys: LlmKeys;
  readonly upstream: Upstream;
  readonly prices: PriceTable;
  readonly metrics: LlmMetrics;
  readonly log: Logger;
  readonly now: () => Date;
  readonly newId: () => string;
  readonly timing: Timing["llm"];
}

const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Answers that are read to their end after their callers have hung up. */
const MAX_DRAINS = 100;
/** Routes whose usage is told; there is no other way in. */
const METERED = new Map<string, MeteredRoute>([
  ["/v1/chat/completions", { path: "/chat/completions", generates: true }],
  ["/v1/embeddings", { path: "/embeddings", generates: false }],
]);

export function createLlmRole(deps: LlmRoleDeps): LlmRole {
  const { db, keys, log, timing, now } = deps;
  const tenants = createLlmTenants(db, keys, { tenantMs: timing.tenantMs, now });
  const books: Books = createBooks({ db, log, process: deps.newId(), timing });
  const drains: Drains = { underWay: 0, max: MAX_DRAINS, ms: timing.drainMs };
  let prices = deps.prices;
  let calls = 0;
  let onIdle: () => void = () => undefined;
  const underWay: UnderWay = {
    begin: () => {
      calls += 1;
    },
    end: () => {
      calls -= 1;
      if (calls === 0) onIdle();
    },
  };
  deps.metrics.unsettled(books.kept);
  const makeCall: MakeCall = createMakeCall({
    ...deps,
    books,
    drains,
    turns: createTurns(),
    underWay,
    prices: () => prices,
  });

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
  ): Promise<void> {
    const url = request.url ?? "";
    const path = url.includes("?") ? url.slice(0, url.indexOf("?")) : url;
    const metered = request.method === "POST" ? METERED.get(path) : undefined;
    const lists = request.method === "GET" && path === "/v1/models";
    if (!metered && !lists) return refuse(request, response, PROBLEMS.noRoute);

    const found = tenants.ofKey(bearerIn(request));
    const tenant = found instanceof Promise ? await found : found;
    if (!tenant) return refuse(request, response, PROBLEMS.noKey);
    if (tenant.status !== "active") return refuse(request, response, PROBLEMS.suspended);
    if (!metered) return sendJson(response, 200, modelsOf(tenant));

    const body = await readBody(request);
    if (!body) return refuse(request, response, PROBLEMS.tooLarge);
    const prompt = parsePrompt(body);
    if (!tenant.models.includes(prompt.asked.model)) return sendProblem(response, PROBLEMS.noModel);
    await makeCall({ tenant, prompt, route: metered, request, response, requestId });
  }

  return {
    listener(request, response) {
      const requestId = requestIdOf(request);
      response.setHeader("X-Request-Id", requestId);
      answer(request, response, requestId).catch((error: unknown) => {
        if (response.headersSent) return response.destroy();
        if (error instanceof BadPrompt) return sendProblem(response, badBody(error.message));
        const away = error instanceof AppError && error.code === "database_unavailable";
        if (!away && !request.destroyed)
          log.error({ err: error, requestId }, "an LLM call failed on our side");
        sendProblem(response, away ? PROBLEMS.database : PROBLEMS.broken);
      });
    },
    changed(tenant) {
      tenants.changed(tenant);
      books.changed(tenant);
    },
    setPrices(fresh) {
      prices = fresh;
    },
    settle: books.settle,
    start: books.start,
    async stop(cut) {
      // What is read for callers who have hung up.
      if (calls > 0 && !cut.aborted) {
        await new Promise<void>((resolve) => {
          onIdle = resolve;
          cut.addEventListener("abort", () => resolve(), { once: true });
        });
      }
      await books.stop(cut);
      await deps.upstream.close();
    },
  };
}

function bearerIn({ headers: { authorization = "" } }: IncomingMessage): string {
  return authorization.startsWith("Bearer ") ? authorization.slice(7) : "";
}

function modelsOf({ models }: LlmTenant) {
  return {
    object: "list",
    data: models.map((id) => ({ id, object: "model", created: 0, owned_by: "operator" })),
  };
}

/**
 * At once; but the connection lasts until the request has come, which is read and dropped: a caller that is cut off while it sends
 * does not see why.
 */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  problem: Parameters<typeof sendProblem>[1],
): void {
  if (request.complete) {
    sendProblem(response, problem);
    return;
  }
  request.resume();
  request.once("close", () => response.end());
  sendProblem(response, problem, "stays open");
}

/** Null: it is too large. Rejects when the caller breaks off. */
function readBody(request: IncomingMessage): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers["content-length"] ?? 0) > MAX_BODY_BYTES) return resolve(null);
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) return resolve(null);
      chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on("error", reject);
  });
}
