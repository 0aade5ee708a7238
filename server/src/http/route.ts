/**
 * What a route is made of: its description, from which the OpenAPI document is made, and its handler. The handlers all
 * read in the same order: who asks and whether they may, parse, do, answer.
 */
import { ERRORS, type ErrorCode, problemSchema } from "@cogni/contract";
import type { RouteConfig } from "@hono/zod-openapi";
import type { z } from "zod";
import type { Context } from "../context.ts";
import type { Call } from "./call.ts";

export interface Route {
  readonly doc: RouteConfig;
  handle(ctx: Context, call: Call): Promise<Response>;
}

/** May happen on any route. */
const ALWAYS: readonly ErrorCode[] = ["database_unavailable", "internal_error"];
const WITH_A_BODY: readonly ErrorCode[] = [
  "invalid_request",
  "payload_too_large",
  "unsupported_media_type",
  "forbidden",
];

export function jsonBody(schema: z.ZodType): NonNullable<RouteConfig["request"]> {
  return { body: { required: true, content: { "application/json": { schema } } } };
}

/** The answers of a route that takes no body. */
export function answers(
  description: string,
  schema: z.ZodType,
  codes: readonly ErrorCode[],
): RouteConfig["responses"] {
  return {
    200: { description, content: { "application/json": { schema } } },
    ...problems([...codes, ...ALWAYS]),
  };
}

/** The answers of a route that parses a body. */
export function answersToBody(
  description: string,
  schema: z.ZodType,
  codes: readonly ErrorCode[],
): RouteConfig["responses"] {
  return answers(description, schema, [...codes, ...WITH_A_BODY]);
}

/** The same of a route that is kept within limits: each of them says what is left. */
export function limited(responses: RouteConfig["responses"]): RouteConfig["responses"] {
  return Object.fromEntries(
    Object.entries(responses).map(([status, answer]) => [
      status,
      { ...answer, headers: { ...RATE_LIMIT_HEADERS, ...("headers" in answer && answer.headers) } },
    ]),
  );
}

const header = (description: string) => ({ description, schema: { type: "string" } as const });
const RATE_LIMIT_HEADERS = {
  "RateLimit-Policy": header(
    'The limits: `"connect";q=60;w=600` allows 60 in 600 seconds. Absent where nobody was identified.',
  ),
  RateLimit: header('What is left of each: `"connect";r=59;t=600` leaves 59 for the next 600 seconds.'),
};
const RETRY_AFTER = { "Retry-After": header("Seconds until it may be tried again.") };

/** The answer of a route that a browser opens as a page, and that leads on. */
export function answersElsewhere(description: string): RouteConfig["responses"] {
  return { 303: { description }, ...problems(ALWAYS) };
}

/** Several codes may share a status; the document knows one answer for each status. */
function problems(codes: readonly ErrorCode[]): RouteConfig["responses"] {
  const byStatus = Map.groupBy(new Set(codes), (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${ERRORS[code].cause}`).join(" "),
        content: { "application/problem+json": { schema: problemSchema } },
        ...(status === 429 && { headers: RETRY_AFTER }),
      },
    ]),
  );
}

/** People only: no API key may. */
export const IN_PERSON: NonNullable<RouteConfig["security"]> = [{ session: [] }];

/** Either form of identification; the sign-in routes need none. */
export const SIGNED_IN: NonNullable<RouteConfig["security"]> = [{ apiKey: [] }, { session: [] }];

/** Also whoever opened a connect link, on the link's channels. */
export const SIGNED_IN_OR_LINK: NonNullable<RouteConfig["security"]> = [...SIGNED_IN, { connectLink: [] }];
