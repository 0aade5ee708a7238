/** `POST /api/internal/billing/ingest`: LiteLLM tells what calls cost, by a secret of its own. */
import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { bearerOf } from "../auth/principals.ts";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { ingestCosts } from "../usage/ingest.ts";
import { parsePythonJson } from "../usage/python-json.ts";
import { parseBody } from "./body.ts";
import type { Call } from "./call.ts";

/** LiteLLM sends up to 512 entries at once, messages and answers among them unless it is told not to. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const MAX_ENTRIES = 10_000;

/** One alone comes where LiteLLM is set to send them one by one. */
const bodySchema = z.union([
  z.array(z.unknown()).max(MAX_ENTRIES),
  z.looseObject({}).transform((entry) => [entry]),
]);

/** @throws AppError not_found (no secret is set), unauthenticated, and what `parseBody` throws */
export async function ingestUpstreamCosts(ctx: Context, call: Call): Promise<Response> {
  const secret = ctx.config.billingIngestSecret;
  if (!secret) throw new AppError("not_found");
  if (!isSame(bearerOf(call.req.header("authorization") ?? ""), secret.reveal()))
    throw new AppError("unauthenticated");
  const entries = await parseBody(call.req.raw, bodySchema, MAX_BODY_BYTES, parsePythonJson);
  const answer = await ingestCosts(ctx.db, entries, new Date());
  const reasons = Map.groupBy(answer.refused, ({ reason }) => reason);
  const { accepted } = answer;
  if (reasons.size > 0) {
    const refused = Object.fromEntries([...reasons].map(([reason, { length }]) => [reason, length]));
    ctx.log.warn({ accepted, refused }, "the upstream told costs that were not taken");
  } else ctx.log.debug({ accepted }, "the upstream told costs");
  return call.json(answer);
}

/** By their hashes: of the same length, whatever was sent. */
function isSame(given: string, secret: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(secret));
}
