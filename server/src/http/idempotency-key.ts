/** The name that a caller gave its request, in the manner of the draft “The Idempotency-Key HTTP Header Field”. */
import { IDEMPOTENCY_HEADER, idempotencyKeySchema } from "@cogni/contract";
import { z } from "@hono/zod-openapi";
import { AppError } from "../errors.ts";
import type { Call } from "./call.ts";

/** For a route's description. */
export const IDEMPOTENCY_HEADERS = z.object({
  [IDEMPOTENCY_HEADER]: idempotencyKeySchema.optional().openapi({
    description:
      "Makes a request that is sent again be carried out once. A second one of the same key and body is answered as the first was; of another body it is refused with 409.",
  }),
});

/** Null: it has none. @throws AppError invalid_request */
export function idempotencyKeyOf(call: Call): string | null {
  const given = call.req.header(IDEMPOTENCY_HEADER);
  if (given === undefined) return null;
  const { data, error } = idempotencyKeySchema.safeParse(given);
  if (data !== undefined) return data;
  const message = error?.issues[0]?.message ?? "is no key";
  throw new AppError("invalid_request", { errors: [{ path: IDEMPOTENCY_HEADER, message }] });
}
